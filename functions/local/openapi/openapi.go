// Package openapi describes the three functions in one OpenAPI 3.1 document, and serves
// it for programs (/openapi.json) and people (/docs). What it says of recipes is made
// from that function's own route table; openapi.json is the same document, committed so
// that a change of the API is seen in review.
package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"pantry.example/functions/checkexpiration"
	"pantry.example/functions/recipes"
	"pantry.example/functions/setcache"
	"pantry.example/shared/session"
)

const (
	cookie = "session"
	bearer = "bearer"
)

// Document returns the document as indented JSON, the same bytes each time.
var Document = sync.OnceValues(func() ([]byte, error) {
	text, err := json.Marshal(describe())
	if err != nil {
		return nil, fmt.Errorf("encode OpenAPI document: %w", err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return nil, fmt.Errorf("indent OpenAPI document: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
})

func describe() *huma.OpenAPI {
	doc := recipes.OpenAPI()
	doc.Info.Description = "Recipes of a user who is signed in with Firebase. Sign in at Firebase, hand the ID token to set-cache, and call the rest with the session that it opens. " +
		"Every error is a problem document (RFC 9457) whose code tells programs what went wrong.\n\n" +
		"A request for recipes that carries ?userID= is answered as the article's own client expects it, which this document does not describe."
	doc.Servers = []*huma.Server{
		{URL: "/", Description: "This host: the local runner, or the functions' own host."},
		{URL: "/api", Description: "Behind a Firebase Hosting rewrite."},
	}
	doc.Tags = []*huma.Tag{
		{Name: setcache.Name, Description: "Sessions: open, list and close them."},
		{Name: checkexpiration.Name, Description: "Has this session expired?"},
		{Name: recipes.Name, Description: "The recipes of the user whose session it is."},
	}
	doc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		cookie: {Type: "apiKey", In: "cookie", Name: session.CookieName, Description: "The session of a page on the same site. A request that writes must come from a page of an allowed origin."},
		bearer: {Type: "http", Scheme: "bearer", Description: "The session of a program, or of a page on another site: what set-cache answered with Transport bearer."},
	}
	doc.Security = []map[string][]string{{cookie: {}}, {bearer: {}}}
	for _, op := range append(sessionOperations(doc.Components.Schemas), expirationOperation()) {
		doc.AddOperation(op)
	}
	return doc
}

// sessionOperations describes set-cache.
func sessionOperations(schemas huma.Registry) []*huma.Operation {
	const path = "/" + setcache.Name
	schema := func(t reflect.Type) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(t, true, "")}}
	}
	cleared := header("Set-Cookie", "Takes the session's cookie back.")
	return []*huma.Operation{
		{
			OperationID: "openSession", Method: http.MethodPost, Path: path, Tags: []string{setcache.Name},
			Summary: "Open a session",
			Description: "Exchanges the Firebase ID token of a sign-in within the last 5 minutes for a session: a cookie, or with Transport bearer a text for the Authorization header. " +
				"A session that the request brings along is replaced. 401 with the code recent_login_required: sign in again. 403: the token is another user's.",
			Security:    []map[string][]string{},
			RequestBody: &huma.RequestBody{Required: true, Content: schema(reflect.TypeFor[setcache.SignIn]())},
			Responses: responses(map[int]*huma.Response{200: {
				Description: "The session is open.", Content: schema(reflect.TypeFor[setcache.Opened]()),
				Headers: header("Set-Cookie", "The session, unless it is in the answer."),
			}}, 400, 401, 403, 408, 413, 415, 429, 500, 503),
		},
		{
			OperationID: "listSessions", Method: http.MethodGet, Path: path, Tags: []string{setcache.Name},
			Summary: "List the user's open sessions", Description: "One for each device that is signed in.",
			Responses: responses(map[int]*huma.Response{200: {Description: "OK", Content: schema(reflect.TypeFor[setcache.Sessions]())}}, 400, 401, 429, 500, 503),
		},
		{
			OperationID: "closeSession", Method: http.MethodDelete, Path: path, Tags: []string{setcache.Name},
			Summary:     "Sign out, here or everywhere",
			Description: "Closes the session of this request; 204 too when there was none. With all=true it closes every session of the user and ends their sign-ins at Firebase.",
			Parameters: []*huma.Param{{
				Name: "all", In: "query", Description: "true closes every session.", Schema: &huma.Schema{Type: huma.TypeBoolean, Enum: []any{true}},
			}},
			Responses: responses(map[int]*huma.Response{204: {Description: "It is closed.", Headers: cleared}}, 400, 401, 403, 429, 500, 503),
		},
		{
			OperationID: "closeSessionById", Method: http.MethodDelete, Path: path + "/{id}", Tags: []string{setcache.Name},
			Summary: "Sign out another device", Description: "Closes one of the user's sessions.",
			Parameters: []*huma.Param{{
				Name: "id", In: "path", Required: true, Description: "The id of the session, from the list.", Schema: &huma.Schema{Type: huma.TypeString},
			}},
			Responses: responses(map[int]*huma.Response{204: {Description: "It is closed.", Headers: cleared}}, 400, 401, 403, 404, 429, 500, 503),
		},
	}
}

// expirationOperation describes check-expiration.
func expirationOperation() *huma.Operation {
	return &huma.Operation{
		OperationID: "checkExpiration", Method: http.MethodGet, Path: "/" + checkexpiration.Name, Tags: []string{checkexpiration.Name},
		Summary:     "Has this session expired?",
		Description: "false when the session of this request is alive and, if a userID is given, that user's; true in every other case. Asking does not extend the session.",
		Security:    []map[string][]string{{}, {cookie: {}}, {bearer: {}}},
		Parameters: []*huma.Param{{
			Name: "userID", In: "query", Description: "The Firebase uid that the session must be of.", Schema: &huma.Schema{Type: huma.TypeString},
		}},
		Responses: responses(map[int]*huma.Response{200: {
			Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeBoolean}}},
		}}, 400, 429, 500, 503),
	}
}

func responses(success map[int]*huma.Response, problems ...int) map[string]*huma.Response {
	all := map[string]*huma.Response{}
	for status, r := range success {
		all[fmt.Sprint(status)] = r
	}
	for _, status := range problems {
		all[fmt.Sprint(status)] = recipes.ProblemResponse(status)
	}
	return all
}

func header(name, doc string) map[string]*huma.Param {
	return map[string]*huma.Param{name: {Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}}
}
