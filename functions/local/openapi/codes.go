package openapi

import (
	"fmt"
	"strings"
)

// CodeTable returns a Markdown table of every error code, with its status, its meaning and
// what a page does.
func CodeTable() (string, error) {
	doc, err := merged()
	if err != nil {
		return "", err
	}
	return codeTable(doc), nil
}

func codeTable(doc map[string]any) string {
	var b strings.Builder
	b.WriteString("| code | status | meaning | what a page does |\n|---|---|---|---|\n")
	for _, c := range codes(doc) {
		status := strings.Trim(fmt.Sprint(c["status"]), "[]")
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", c["code"], status, c["meaning"], c["page"])
	}
	return b.String()
}

// describeCodes adds the codes to the schema of an error, and to the introduction.
func describeCodes(doc map[string]any) {
	var names []any
	for _, c := range codes(doc) {
		names = append(names, c["code"])
	}
	object(doc, "components", "schemas", "Error", "properties", "code")["enum"] = names
	info := object(doc, "info")
	info["description"] = fmt.Sprintf("%s\n\n## Errors\n\n%s", info["description"], codeTable(doc))
}

func codes(doc map[string]any) []map[string]any {
	var found []map[string]any
	list, _ := doc["x-error-codes"].([]any)
	for _, entry := range list {
		if c, ok := entry.(map[string]any); ok {
			found = append(found, c)
		}
	}
	return found
}
