package scaffold

import (
	"errors"
	"fmt"
	"go/format"
	"path/filepath"
	"strings"

	"pantry.example/functions"
	"pantry.example/functions/deploy/stage"
)

// insert puts lines after the last line that begins with before.
func insert(text, before, lines string) (string, error) {
	at := strings.LastIndex(text, "\n"+before)
	if at < 0 {
		return "", errors.New("there is no place for the new row: no line begins with " + strings.TrimSpace(before))
	}
	end := at + 1 + strings.Index(text[at+1:], "\n") + 1
	return text[:end] + lines + text[end:], nil
}

// addRow adds f to the table of functions.
func addRow(text string, f functions.Function) (string, error) {
	return insert(text, "\t\t{Name: ", fmt.Sprintf("\t\t{Name: %q, EntryPoint: %q, Package: %q},\n", f.Name, f.EntryPoint, f.Package))
}

// addHandler adds f to the functions of the local runner.
func addHandler(text string, f functions.Function) (string, error) {
	folder := filepath.Base(f.Package)
	text, err := insert(text, "\t\""+stage.Module+"/functions", fmt.Sprintf("\t\"%s/%s\"\n", stage.Module, f.Package))
	if err != nil {
		return "", err
	}
	text, err = insert(text, "\treturn map[string]func(web.Function)", fmt.Sprintf(
		"\t\t%[1]s.Name: func(f web.Function) (http.Handler, error) {\n\t\t\treturn %[1]s.New(%[1]s.Deps{Function: f, Sessions: b.Sessions})\n\t\t},\n", folder))
	if err != nil {
		return "", err
	}
	formatted, err := format.Source([]byte(text))
	return string(formatted), err
}

// pattern is the function whose build step is copied. It needs the session and nothing else.
const pattern = "check-expiration"

// addStep adds the step that deploys f, and the substitution for its service account.
func addStep(text string, f functions.Function) (string, error) {
	begin := strings.Index(text, "  - id: deploy-"+pattern+"\n")
	urls := strings.Index(text, "  - id: urls\n")
	if begin < 0 || urls < begin {
		return "", errors.New("the steps deploy-" + pattern + " and urls are not there any more")
	}
	step, _, _ := strings.Cut(text[begin:], "\n\n")
	step = strings.NewReplacer(pattern, f.Name, camel(pattern), f.EntryPoint, account(pattern), account(f.Name)).Replace(step)
	text = text[:urls] + step + "\n\n" + text[urls:]
	return insert(text, "  "+account(pattern)+": ", "  "+account(f.Name)+": pantry-"+f.Name+"\n")
}

// addSubstitution adds the substitution of the service account to the table in README.md.
func addSubstitution(text string, f functions.Function) (string, error) {
	return insert(text, "| `_", fmt.Sprintf("| `%s` | `pantry-%s` | the account that %[2]s runs as |\n", account(f.Name), f.Name))
}

// account is the substitution that names a function's service account.
func account(name string) string {
	return "_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")) + "_SERVICE_ACCOUNT"
}
