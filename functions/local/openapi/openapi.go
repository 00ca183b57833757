// Package openapi describes the three functions in one OpenAPI 3.1 document, and serves it.
// The YAML files of this folder are its source. Document makes openapi.json of them, which is
// committed so that a review shows each change of the API. The tests of the functions check
// every answer against it.
package openapi

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed *.yaml
var parts embed.FS

// Document returns the document as indented JSON. The bytes are the same each time.
var Document = sync.OnceValues(func() ([]byte, error) {
	doc, err := merged()
	if err != nil {
		return nil, err
	}
	describeCodes(doc)
	describeErrors(doc)
	schemas := object(doc, "components", "schemas")
	schemas["ListedRecipe"] = listed(object(schemas, "Recipe"))
	schemas["RecipeInput"] = input(object(schemas, "Recipe"))
	schemas["RecipePatch"] = patch(object(schemas, "RecipeInput"))
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return nil, fmt.Errorf("encode OpenAPI document: %w", err)
	}
	return b.Bytes(), nil
})

// merged returns the YAML files as one document.
func merged() (map[string]any, error) {
	files, err := parts.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("list OpenAPI parts: %w", err)
	}
	doc := map[string]any{}
	for _, file := range files {
		text, err := parts.ReadFile(file.Name())
		if err != nil {
			return nil, fmt.Errorf("read OpenAPI part: %w", err)
		}
		var part map[string]any
		if err := yaml.Unmarshal(text, &part); err != nil {
			return nil, fmt.Errorf("read %s: %w", file.Name(), err)
		}
		merge(doc, part)
	}
	return doc, nil
}

// merge adds the members of part to doc. It merges objects that both have.
func merge(doc, part map[string]any) {
	for name, value := range part {
		old, both := doc[name].(map[string]any)
		added, ok := value.(map[string]any)
		if both && ok {
			merge(old, added)
			continue
		}
		doc[name] = value
	}
}

// object returns the object at a path of names.
func object(in map[string]any, path ...string) map[string]any {
	for _, name := range path {
		in, _ = in[name].(map[string]any)
	}
	return in
}

// describeErrors replaces the list errors of each operation with references to the responses
// of these statuses. Each response has a problem document.
func describeErrors(doc map[string]any) {
	responses := object(doc, "components", "responses")
	for path := range object(doc, "paths") {
		for method := range object(doc, "paths", path) {
			answers := object(doc, "paths", path, method, "responses")
			statuses, _ := answers["errors"].([]any)
			delete(answers, "errors")
			for _, status := range statuses {
				code, _ := status.(uint64)
				name := strings.ReplaceAll(http.StatusText(int(code)), " ", "") //nolint:gosec // a status
				answers[fmt.Sprint(code)] = map[string]any{"$ref": "#/components/responses/" + name}
				object(responses, name)["content"] = map[string]any{"application/problem+json": map[string]any{
					"schema": map[string]any{"$ref": "#/components/schemas/Error"},
				}}
			}
		}
	}
}

// input returns the schema of a recipe as a client sends it. Only the title is required. The
// fields that the service sets are ignored.
func input(recipe map[string]any) map[string]any {
	schema := maps.Clone(recipe)
	schema["required"] = []string{"title"}
	fields := map[string]any{}
	for name, field := range object(recipe, "properties") {
		f := maps.Clone(field.(map[string]any))
		switch {
		case f["readOnly"] == true:
			f = map[string]any{"readOnly": true, "description": "Ignored: it belongs to the service."}
		case f["format"] == "date-time":
			f["type"] = []string{"string", "null"}
		}
		fields[name] = f
	}
	schema["properties"] = fields
	return schema
}

// summaryLacks are the required fields that view=summary leaves out.
var summaryLacks = []any{"ingredients", "steps", "notes"}

// listed returns the schema of a recipe in a list, which may be a summary.
func listed(recipe map[string]any) map[string]any {
	schema := maps.Clone(recipe)
	required, _ := recipe["required"].([]any)
	schema["required"] = slices.DeleteFunc(slices.Clone(required), func(name any) bool { return slices.Contains(summaryLacks, name) })
	return schema
}

// patch returns the schema of a merge patch. No field is required. null empties any field
// except the title. Inside an object, null removes a value.
func patch(input map[string]any) map[string]any {
	schema := maps.Clone(input)
	delete(schema, "required")
	fields := map[string]any{}
	for name, field := range object(input, "properties") {
		f := maps.Clone(field.(map[string]any))
		if f["properties"] != nil {
			f = patch(f)
		}
		if kind, ok := f["type"].(string); ok && name != "title" {
			f["type"] = []string{kind, "null"}
		}
		fields[name] = f
	}
	schema["properties"] = fields
	return schema
}
