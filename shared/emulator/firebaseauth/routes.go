package firebaseauth

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// An operation answers one call while the server is locked. Its result shares no memory with
// the server's state.
type operation func(*call) (any, error)

// newRoutes returns all routes. A client's call has an API key. An owner's call has
// `Authorization: Bearer owner`. The client routes with "or owner" do more for an owner.
func (s *Server) newRoutes() *http.ServeMux {
	const v1 = "/identitytoolkit.googleapis.com/v1/"
	mux := http.NewServeMux()
	for pattern, op := range map[string]operation{
		"POST " + v1 + "accounts:signUp":             s.signUp, // or owner
		"POST " + v1 + "accounts:signInWithPassword": s.signInWithPassword,
		"POST " + v1 + "accounts:signInWithIdp":      s.signInWithIdp,
		"POST " + v1 + "accounts:lookup":             s.lookup, // or owner
		"POST " + v1 + "accounts:update":             s.update, // or owner
		"POST " + v1 + "accounts:delete":             s.delete, // or owner
		"GET " + v1 + "projects":                     clientConfig,
		"POST /securetoken.googleapis.com/v1/token":  s.refresh,
	} {
		mux.HandleFunc(pattern, s.serve(clientCall, op))
	}
	for pattern, op := range map[string]operation{
		"POST " + v1 + "projects/{project}/accounts":        s.signUp,
		"POST " + v1 + "projects/{project}/accounts:lookup": s.lookup,
		"POST " + v1 + "projects/{project}/accounts:update": s.update,
		"POST " + v1 + "projects/{project}/accounts:delete": s.delete,
		"POST " + v1 + "projects/{project}":                 s.createSessionCookie, // {project}:createSessionCookie
	} {
		mux.HandleFunc(pattern, s.serve(ownerCall, op))
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"authEmulator": map[string]any{
			"ready": true, "docs": "https://firebase.google.com/docs/emulator-suite",
		}})
	})
	mux.HandleFunc("GET /emulator/auth/handler", page(s.authHandler))
	mux.HandleFunc("GET /emulator/auth/iframe", page(s.authFrame))
	mux.HandleFunc("/", notFound)
	return mux
}

// clientConfig answers the first request of the browser's popup.
func clientConfig(*call) (any, error) {
	return map[string]any{"projectId": projectNumber, "authorizedDomains": []string{"localhost"}}, nil
}

// notFound answers 501 for a path that Firebase has and this emulator has not, and 404 for any
// other.
func notFound(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/identitytoolkit.googleapis.com/")
	if path != r.URL.Path {
		writeError(w, notImplemented("This call"))
		return
	}
	writeError(w, notFoundError())
}

// page serves a web page. No page of another origin may read it.
func page(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !localOrigin(r) {
			writeError(w, forbidden("Only a page served on this machine may read this."))
			return
		}
		h(w, r)
	}
}

type callKind int

const (
	clientCall callKind = iota // with an API key, or the owner's
	ownerCall                  // the owner's alone
)

// call is one request: who asks, and its body.
type call struct {
	*http.Request
	owner bool
	body  []byte
}

func (s *Server) serve(kind callKind, op operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{Request: r}
		err := c.read(w, kind)
		if err == nil {
			err = s.checkProject(r)
		}
		var answer any
		if err == nil {
			answer, err = s.locked(op, c)
		}
		if err != nil {
			writeError(w, err)
			return
		}
		writeJSON(w, http.StatusOK, answer)
	}
}

// read authorizes the call and reads its body, before the server is locked.
func (c *call) read(w http.ResponseWriter, kind callKind) error {
	if err := c.authorize(kind); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, c.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return &apiError{http.StatusRequestEntityTooLarge, "INVALID_ARGUMENT", "Request body is too large.", "uploadTooLarge"}
		}
		return &apiError{http.StatusBadRequest, "INVALID_ARGUMENT", "The request body could not be read.", "parseError"}
	}
	c.body = body
	return nil
}

func (c *call) authorize(kind callKind) error {
	scheme, token, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		if !strings.EqualFold(token, "owner") && !strings.HasPrefix(token, "ya29.") {
			return &apiError{
				http.StatusUnauthorized, "UNAUTHENTICATED",
				"Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.", "authError",
			}
		}
		c.owner = true
	}
	if c.owner && !localOrigin(c.Request) {
		// Any web page may call as a client. Only a page of this machine may call as the owner.
		return forbidden("Only a page served on this machine may act as the owner.")
	}
	hasKey := c.URL.Query().Get("key") != "" || c.Header.Get("X-Goog-Api-Key") != ""
	switch {
	case c.owner:
		return nil
	case !hasKey:
		return forbidden("The request is missing a valid API key.")
	case kind == ownerCall:
		return bad("INSUFFICIENT_PERMISSION : Only authenticated requests can specify target_project_id.")
	}
	return nil
}

func (s *Server) checkProject(r *http.Request) error {
	project, _, _ := strings.Cut(r.PathValue("project"), ":")
	if project != "" && project != s.projectID {
		return bad("INVALID_PROJECT_ID : This Auth emulator serves the project " + s.projectID + " only.")
	}
	return nil
}

// decode reads the body as JSON. Like the official emulator it ignores fields that the
// operation does not know. Other media types are refused: a browser sends them without a
// preflight.
func (c *call) decode(into any) error {
	if len(c.body) == 0 {
		return nil
	}
	mediaType, _, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return &apiError{http.StatusBadRequest, "", "Invalid content-type: expected application/json", "unknown"}
	}
	err = json.Unmarshal(c.body, into)
	var typeErr *json.UnmarshalTypeError
	switch {
	case errors.As(err, &typeErr) && typeErr.Field != "":
		return invalidJSON("/" + strings.ReplaceAll(typeErr.Field, ".", "/") + " must be " + typeErr.Type.Kind().String())
	case err != nil:
		return invalidJSON("The body is not a JSON object.")
	}
	return nil
}

func invalidJSON(detail string) error {
	return &apiError{http.StatusBadRequest, "INVALID_ARGUMENT", "Invalid JSON payload received. " + detail, "parseError"}
}
