package recipes

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"pantry.example/shared/web"
)

// operation is what the OpenAPI document says of a route beyond the types of its
// handler.
type operation struct {
	id, summary, description string
	// status is the success, 200 when it is 0; also is other answers that are no errors.
	status int
	also   map[int]string
	// errors are the statuses of its errors, besides those that every route has.
	errors []int
	// body is the type of the body by its media type, nil for any value.
	body map[string]reflect.Type
	// answer is the media type of a streamed answer.
	answer string
}

var (
	listRecipes = operation{
		id: "listRecipes", summary: "List recipes",
		description: "One page of the user's recipes. Follow nextPageToken, or the Link header, until there is none; keep every other parameter as it is, except pageSize and count. A page may hold fewer recipes than asked for, even none, and still have a next one. No recipe is skipped or shown twice while others are added or deleted in between, except one that itself changes its place in the order.",
	}
	createRecipe = operation{
		id: "createRecipe", summary: "Add a recipe", status: http.StatusCreated,
		description: "Send an Idempotency-Key (a new random one for each recipe) to repeat the request safely: the same key with the same recipe answers with the recipe that the first request created, and creates nothing. 409: that recipe is in the trash by now. 422: the key came with another recipe before.",
		errors:      []int{403, 408, 409, 413, 415, 422},
		body:        map[string]reflect.Type{"application/json": reflect.TypeFor[RecipeInput]()},
	}
	deleteAllRecipes = operation{
		id: "deleteAllRecipes", summary: "Delete all recipes for good", status: http.StatusNoContent,
		description: "Removes every recipe of the user, also those in the trash; they cannot be restored. It needs both all=true and the X-Confirm-Delete header, and is safe to repeat after an error.",
		errors:      []int{403},
	}
	getRecipe = operation{
		id: "getRecipe", summary: "Get a recipe",
		description: "Also finds a recipe in the trash. HEAD answers the same without the body. With If-None-Match and the ETag that the client has, an unchanged recipe is a 304.",
		also:        map[int]string{http.StatusNotModified: "The client has this version."},
		errors:      []int{404, 412},
	}
	putRecipe = operation{
		id: "putRecipe", summary: "Replace a recipe, or add one under an id of the client's",
		description: "Fields that the body does not name become empty. Send If-Match with the ETag of the version that was edited, so that no other device's edit is lost, or If-None-Match: * to add and never replace. 409: the recipe is in the trash.",
		also:        map[int]string{http.StatusCreated: "Created"},
		errors:      []int{403, 408, 409, 412, 413, 415, 422},
		body:        map[string]reflect.Type{"application/json": reflect.TypeFor[RecipeInput]()},
	}
	patchRecipe = operation{
		id: "patchRecipe", summary: "Change fields of a recipe",
		description: "A JSON merge patch (RFC 7396): fields that the body does not name stay, null empties a field, a list is replaced as a whole. Send If-Match with the ETag of the version that was edited; without it the fields are changed in whatever version there is. 409: the recipe is in the trash.",
		errors:      []int{403, 404, 408, 409, 412, 413, 415, 422},
		body:        map[string]reflect.Type{mergePatch: reflect.TypeFor[RecipePatch]()},
	}
	trashRecipe = operation{
		id: "trashRecipe", summary: "Move a recipe to the trash",
		description: "Answers with the trashed recipe. It can be restored for 30 days, then it is gone for good. 404 when it is in the trash already.",
		errors:      []int{403, 404, 412},
	}
	restoreRecipe = operation{
		id: "restoreRecipe", summary: "Take a recipe out of the trash",
		description: "409 when it is not in the trash.",
		errors:      []int{403, 404, 409},
	}
	importRecipes = operation{
		id: "importRecipes", summary: "Import recipes from schema.org/Recipe",
		description: "Takes JSON-LD (an object, an array or a @graph) or a whole web page that holds some, up to 4 MiB and 100 recipes. Each recipe is imported or fails for itself; results are in the order of the document, and say what was left out and why. With an Idempotency-Key a repeated request creates nothing twice. Nothing is fetched from the web.",
		errors:      []int{403, 408, 413, 415, 422},
		body: map[string]reflect.Type{
			"application/ld+json": nil, "application/json": nil, "text/html": reflect.TypeFor[string](),
		},
	}
	exportRecipes = operation{
		id: "exportRecipes", summary: "Export all recipes",
		description: "Streams every recipe of the user, also those in the trash, as JSON-LD (schema.org/Recipe) that :import reads again. A connection that ends early means that the export is not complete.",
		answer:      "application/ld+json",
	}
)

// everywhere are the statuses of errors that every route has.
var everywhere = []int{400, 401, 429, 500, 503}

// route registers a handler under a method and path. Its errors are mapped by problem.
func route[I, O any](api huma.API, method, path string, o operation, handle func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		OperationID: o.id, Method: method, Path: path, Summary: o.summary, Description: o.description,
		Tags: []string{"recipes"}, DefaultStatus: o.status, Responses: map[string]*huma.Response{},
		Metadata: map[string]any{operationKey: o},
		// The tags of the inputs describe the parameters; Resolve checks them, so that
		// one answer names every fault of the request.
		SkipValidateParams: true,
	}
	for _, status := range slices.Concat(everywhere, o.errors) {
		op.Responses[strconv.Itoa(status)] = ProblemResponse(status)
	}
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, problem(err)
		}
		return out, nil
	})
}

const operationKey = "operation"

// describe completes an operation when huma adds it to the document. Bodies are
// described here, not by a Body field of the input: web.ReadBody reads them.
func describe(doc *huma.OpenAPI, op *huma.Operation) {
	o, ok := op.Metadata[operationKey].(operation)
	if !ok {
		return
	}
	if o.body != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	}
	for mediaType, t := range o.body {
		schema := &huma.Schema{}
		if t != nil {
			schema = doc.Components.Schemas.Schema(t, true, "")
		}
		op.RequestBody.Content[mediaType] = &huma.MediaType{Schema: schema}
	}
	success := op.Responses[strconv.Itoa(op.DefaultStatus)]
	if o.answer != "" {
		success.Content = map[string]*huma.MediaType{o.answer: {Schema: &huma.Schema{}}}
	}
	for status, text := range o.also {
		r := *success
		r.Description = text
		if status == http.StatusNotModified {
			r.Content = nil
		}
		op.Responses[strconv.Itoa(status)] = &r
	}
}

// ProblemResponse refers to what the document of [OpenAPI] says of an error status. It
// serves operations that are added to that document.
func ProblemResponse(status int) *huma.Response {
	return &huma.Response{Ref: "#/components/responses/" + responseName(status)}
}

// problems describes the errors, each status once for the whole document.
func problems(schemas huma.Registry) map[string]*huma.Response {
	schema := schemas.Schema(reflect.TypeFor[web.Error](), true, "")
	text := func(doc string) *huma.Param {
		return &huma.Param{Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	headers := map[int]map[string]*huma.Param{
		401: {"WWW-Authenticate": text("How to authenticate.")},
		412: {"ETag": text("The present version.")},
		415: {"Accept-Patch": text("On PATCH: the media type to send.")},
		429: {"Retry-After": text("Seconds to wait.")},
		503: {"Retry-After": text("Seconds to wait.")},
	}
	all := map[string]*huma.Response{}
	for status, description := range problemTexts {
		all[responseName(status)] = &huma.Response{
			Description: description, Headers: headers[status],
			Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
		}
	}
	return all
}

var problemTexts = map[int]string{
	400: "The request cannot be read: a parameter, a header or the body is malformed.",
	401: "There is no session, or it has ended. Sign in again.",
	403: "The page's origin may not call here.",
	404: "The user has nothing of this id.",
	408: "The body took too long to arrive.",
	409: "The state of the resource does not allow this.",
	412: "If-Match or If-None-Match names another version.",
	413: "The body is too large.",
	415: "The body is of another media type, or compressed.",
	422: "The body can be read and breaks a rule.",
	429: "Too many failed attempts from this address.",
	500: "A fault of ours; requestId names it in our log.",
	503: "A server behind this one cannot be reached. Try again.",
}

// responseName is the name of a status among the document's responses.
func responseName(status int) string {
	return strings.ReplaceAll(http.StatusText(status), " ", "")
}
