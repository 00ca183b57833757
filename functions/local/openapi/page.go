package openapi

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
)

// Handler serves the document at /openapi.json, and at /docs as a page that asks nothing
// of any host and runs no script.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		serve(w, "application/json", Document)
	})
	sum := sha256.Sum256([]byte(pageCSS))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		serve(w, "text/html; charset=utf-8", page)
	})
	return mux
}

func serve(w http.ResponseWriter, mediaType string, body func() ([]byte, error)) {
	text, err := body()
	if err != nil { // the tests make both
		http.Error(w, "The description cannot be made.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(text) // the client is gone when this fails
}

var page = sync.OnceValues(func() ([]byte, error) {
	t, err := template.New("docs").Parse(pageHTML)
	if err != nil {
		return nil, fmt.Errorf("parse page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, newView(describe())); err != nil {
		return nil, fmt.Errorf("render page: %w", err)
	}
	return b.Bytes(), nil
})

// view is the document as the page shows it.
type view struct {
	Title, Version string
	Paragraphs     []string
	CSS            template.CSS
	Groups         []group
	Schemas        []object
}

type group struct {
	Name, Description string
	Operations        []operation
}

type operation struct {
	ID, Method, Path, Summary, Description string
	Open                                   bool // needs no session
	Parameters                             []row
	Bodies                                 []body
	Answers                                []answer
}

type row struct {
	Name, In, Description string
	Required              bool
	Type                  kind
}

// kind is what a value may be: words, and the schema that they end with, if any.
type kind struct {
	Words, Ref, Rules string
}

type body struct {
	MediaType string
	Type      kind
}

type answer struct {
	Status, Description string
	Bodies              []body
	Headers             []string
}

type object struct {
	Name   string
	Fields []row
}

func newView(doc *huma.OpenAPI) view {
	v := view{
		Title: doc.Info.Title, Version: doc.Info.Version, Paragraphs: strings.Split(doc.Info.Description, "\n\n"),
		CSS: template.CSS(pageCSS), //nolint:gosec // it is embedded
	}
	for _, tag := range doc.Tags {
		g := group{Name: tag.Name, Description: tag.Description}
		for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
			item := doc.Paths[path]
			for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
				if op != nil && slices.Contains(op.Tags, tag.Name) {
					g.Operations = append(g.Operations, newOperation(doc, path, op))
				}
			}
		}
		v.Groups = append(v.Groups, g)
	}
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		v.Schemas = append(v.Schemas, object{name, fields(schemas[name])})
	}
	return v
}

func newOperation(doc *huma.OpenAPI, path string, op *huma.Operation) operation {
	o := operation{ID: op.OperationID, Method: op.Method, Path: path, Summary: op.Summary, Description: op.Description}
	o.Open = op.Security != nil && (len(op.Security) == 0 || slices.ContainsFunc(op.Security, func(s map[string][]string) bool { return len(s) == 0 }))
	for _, p := range op.Parameters {
		o.Parameters = append(o.Parameters, row{p.Name, p.In, p.Description, p.Required, newKind(p.Schema)})
	}
	if op.RequestBody != nil {
		o.Bodies = bodies(op.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		r := op.Responses[status]
		if name, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
			r = doc.Components.Responses[name]
		}
		o.Answers = append(o.Answers, answer{status, r.Description, bodies(r.Content), slices.Sorted(maps.Keys(r.Headers))})
	}
	return o
}

func bodies(content map[string]*huma.MediaType) []body {
	var all []body
	for _, mediaType := range slices.Sorted(maps.Keys(content)) {
		all = append(all, body{mediaType, newKind(content[mediaType].Schema)})
	}
	return all
}

func fields(s *huma.Schema) []row {
	var rows []row
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		r := row{Name: name, Description: p.Description, Required: slices.Contains(s.Required, name), Type: newKind(p)}
		if p.ReadOnly {
			r.In = "read-only"
		}
		rows = append(rows, r)
	}
	return rows
}

func newKind(s *huma.Schema) kind {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return kind{Ref: name}
	}
	if s.Type == huma.TypeArray {
		k := newKind(s.Items)
		k.Words = strings.TrimSpace("list of " + k.Words)
		k.Rules = strings.TrimPrefix(rules(s)+", each "+k.Rules, ", ")
		k.Rules = strings.TrimSuffix(k.Rules, "each ")
		k.Rules = strings.TrimSuffix(k.Rules, ", ")
		return k
	}
	k := kind{Words: s.Type, Rules: rules(s)}
	switch {
	case s.Type == "":
		k.Words = "any"
	case s.Format == "date-time":
		k.Words = "time (RFC 3339)"
	}
	if s.Nullable {
		k.Words += " or null"
	}
	return k
}

// rules says in words what a schema limits.
func rules(s *huma.Schema) string {
	var list []string
	for _, r := range []struct {
		format string
		value  any
		set    bool
	}{
		{"at least %v", value(s.Minimum), s.Minimum != nil},
		{"at most %v", value(s.Maximum), s.Maximum != nil},
		{"at least %v characters", value(s.MinLength), s.MinLength != nil && *s.MinLength > 1},
		{"at most %v characters", value(s.MaxLength), s.MaxLength != nil},
		{"at most %v items", value(s.MaxItems), s.MaxItems != nil},
		{"matches %v", s.Pattern, s.Pattern != ""},
		{"one of %v", words(s.Enum), len(s.Enum) > 0},
		{"default %v", s.Default, s.Default != nil},
	} {
		if r.set {
			list = append(list, fmt.Sprintf(r.format, r.value))
		}
	}
	return strings.Join(list, ", ")
}

func value[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func words(list []any) string {
	var all []string
	for _, v := range list {
		all = append(all, fmt.Sprint(v))
	}
	return strings.Join(all, " | ")
}
