package recipes

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

// Version is the version of the API that the OpenAPI document names.
const Version = "1.0.0"

// OpenAPI returns the description of the API, made from the table that routes
// requests. Its paths are as a client sees them, below /recipes. The caller may change
// what it gets.
func OpenAPI() *huma.OpenAPI {
	described := newAPI(http.NewServeMux())
	(&handlers{}).routes(described)
	doc := described.OpenAPI()
	paths := doc.Paths
	doc.Paths = make(map[string]*huma.PathItem, len(paths))
	for p, item := range paths {
		doc.Paths[strings.TrimSuffix("/recipes"+p, "/")] = item
	}
	return doc
}

// api returns the API's routes over a store. Requests have a caller.
func api(store recipe.Store) http.Handler {
	mux := http.NewServeMux()
	routed := newAPI(mux)
	(&handlers{store: store}).routes(routed)
	for p, item := range routed.OpenAPI().Paths {
		mux.Handle(pattern(p), web.MethodNotAllowed(strings.Join(methods(item), ", ")))
	}
	mux.Handle("/", web.Handler(web.NotFound))
	return verbs(mux)
}

func newAPI(mux *http.ServeMux) huma.API {
	schemas := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	doc := &huma.OpenAPI{
		OpenAPI:        "3.1.0",
		Info:           &huma.Info{Title: "Pantry", Version: Version},
		Components:     &huma.Components{Schemas: schemas, Responses: problems(schemas)},
		OnAddOperation: []huma.AddOpFunc{describe},
	}
	format := huma.Format{Marshal: marshal, Unmarshal: json.Unmarshal}
	return huma.NewAPI(huma.Config{
		OpenAPI:       doc,
		Formats:       map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{prepare},
	}, adapter{humago.NewAdapter(mux, "")})
}

// marshal writes v as JSON. That the client has gone meanwhile is no error of ours.
func marshal(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, _ = w.Write(append(text, '\n'))
	return nil
}

// adapter is humago's, with paths that ServeMux can match.
type adapter struct{ huma.Adapter }

func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	routed := *op
	routed.Path = pattern(op.Path)
	a.Adapter.Handle(&routed, func(ctx huma.Context) {
		u := ctx.URL()
		handler(queryContext{ctx, u.Query()})
	})
}

// queryContext reads the query as net/url does. huma's own reader takes ?made for
// made=true, but ?made&q=x for no made at all.
type queryContext struct {
	humaContext
	query url.Values
}

// humaContext has another name than its method Context, so that it can be embedded.
type humaContext = huma.Context

// Query implements huma.Context.
func (c queryContext) Query(name string) string { return c.query.Get(name) }

// Unwrap leads humago.Unwrap to its own context.
func (c queryContext) Unwrap() huma.Context { return c.humaContext }

// pattern is the ServeMux pattern of a path of the document.
func pattern(p string) string {
	if p == "/" {
		return "/{$}"
	}
	return verbFirst(p)
}

// verbFirst moves the verb of a path to its front, /{id}:restore to /:/restore/{id}: a
// wildcard of ServeMux is always a whole segment.
func verbFirst(p string) string {
	name, verb, ok := strings.Cut(p, ":")
	if !ok {
		return p
	}
	return "/:/" + verb + strings.TrimSuffix(name, "/")
}

// verbs routes by verbFirst. Paths from outside have one segment, so that none of them
// can be taken for a rewritten one.
func verbs(next http.Handler) http.Handler {
	return web.Handler(func(w http.ResponseWriter, r *http.Request) error {
		if strings.Contains(r.URL.Path[1:], "/") {
			return web.NotFound(w, r)
		}
		if p := verbFirst(r.URL.Path); p != r.URL.Path {
			if p != path.Clean(p) {
				return web.NotFound(w, r)
			}
			u := *r.URL
			u.Path, u.RawPath = p, ""
			r2 := *r
			r2.URL = &u
			r = &r2
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// methods lists what a path answers, for Allow.
func methods(item *huma.PathItem) []string {
	all := map[string]*huma.Operation{
		http.MethodDelete: item.Delete, http.MethodGet: item.Get, http.MethodHead: item.Get,
		http.MethodPatch: item.Patch, http.MethodPost: item.Post, http.MethodPut: item.Put,
	}
	maps.DeleteFunc(all, func(_ string, op *huma.Operation) bool { return op == nil })
	return slices.Sorted(maps.Keys(all))
}

// unwrap returns the request and the answer behind a huma context.
func unwrap(ctx huma.Context) (*http.Request, http.ResponseWriter) { return humago.Unwrap(ctx) }

// optionalBool is a query parameter that may be absent.
type optionalBool struct {
	value, given bool
}

// Receiver implements huma.ParamWrapper.
func (o *optionalBool) Receiver() reflect.Value { return reflect.ValueOf(&o.value).Elem() }

// OnParamSet implements huma.ParamReactor.
func (o *optionalBool) OnParamSet(given bool, _ any) { o.given = given }

// Schema implements huma.SchemaProvider.
func (o *optionalBool) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeBoolean}
}

func (o *optionalBool) pointer() *bool {
	if !o.given {
		return nil
	}
	return &o.value
}
