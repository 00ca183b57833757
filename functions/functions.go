// Package functions is the one table of Pantry's Cloud Functions. The local runner, the
// staging, the deployment and their tests read it; a function itself does not import it.
package functions

import "strings"

// Function is one Cloud Function.
type Function struct {
	Name       string // its name in Google Cloud, and in a URL: /recipes and /api/recipes
	EntryPoint string // the name that its package registers with the Functions Framework
	Package    string // the folder of its package, from the root of the repository
}

// All returns every function, in the order in which they are listed everywhere.
func All() []Function {
	return []Function{
		{Name: "set-cache", EntryPoint: "SetCache", Package: "functions/setcache"},
		{Name: "check-expiration", EntryPoint: "CheckExpiration", Package: "functions/checkexpiration"},
		{Name: "recipes", EntryPoint: "Recipes", Package: "functions/recipes"},
	}
}

// ByEntryPoint returns the function that an entry point names.
func ByEntryPoint(entryPoint string) (Function, bool) {
	for _, f := range All() {
		if f.EntryPoint == entryPoint {
			return f, true
		}
	}
	return Function{}, false
}

// EntryPoints lists the entry points for a person: "SetCache, CheckExpiration or Recipes".
func EntryPoints() string {
	var names []string
	for _, f := range All() {
		names = append(names, f.EntryPoint)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Names returns every function's name.
func Names() []string {
	var names []string
	for _, f := range All() {
		names = append(names, f.Name)
	}
	return names
}
