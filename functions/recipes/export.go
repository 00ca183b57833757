package recipes

import (
	"bufio"
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
	"pantry.example/shared/web"
)

const (
	// wholeTimeout bounds what goes over all recipes of a user, in place of
	// web.RequestTimeout, which is too short for ten thousand of them.
	wholeTimeout = 10 * time.Minute
	// writeTimeout bounds how long a client may take for each part of an export.
	writeTimeout = 30 * time.Second
	exportBuffer = 64 << 10
)

// exportAll streams all recipes in bounded memory. The first one is read before
// anything is answered, so that a store that cannot be reached is still a 503.
func (h *handlers) exportAll(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
	ctx, cancel := patiently(ctx)
	next, stop := iter.Pull2(h.store.All(ctx, callerOf(ctx).uid))
	end := func() { stop(); cancel() }
	first, err, some := next()
	if err != nil {
		end()
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer end()
		r, w := unwrap(c)
		w.Header().Set("Content-Type", "application/ld+json")
		w.Header().Set("Content-Disposition", `attachment; filename="recipes.jsonld"`)
		if r.Method == http.MethodHead {
			return
		}
		if err := stream(w, first, some, next); err != nil {
			// The status has gone out. A document that ends early must not look
			// complete: the connection is cut, and the log line gets the reason.
			web.Prepare(http.Header{}, ctx, web.AsError(problem(err)))
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

// patiently returns a context for work on all recipes. It does not end with the request:
// a client that has gone is noticed by the next write.
func patiently(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), wholeTimeout)
}

// stream writes a recipe, if there is one, and those behind it.
func stream(w http.ResponseWriter, r recipe.Recipe, more bool, next func() (recipe.Recipe, error, bool)) error {
	patient := patientWriter{w, http.NewResponseController(w)}
	defer patient.done()
	buffered := bufio.NewWriterSize(patient, exportBuffer)
	enc := jsonld.NewEncoder(buffered)
	for more {
		if err := enc.Encode(r); err != nil {
			return err
		}
		var err error
		if r, err, more = next(); err != nil {
			return err
		}
	}
	if err := enc.Close(); err != nil {
		return err
	}
	return buffered.Flush()
}

// patientWriter gives the client writeTimeout for each part, instead of one deadline
// for the whole.
type patientWriter struct {
	w    http.ResponseWriter
	conn *http.ResponseController
}

func (p patientWriter) Write(b []byte) (int, error) {
	_ = p.conn.SetWriteDeadline(time.Now().Add(writeTimeout)) // a recorder in a test has no connection
	n, err := p.w.Write(b)
	if err == nil {
		_ = p.conn.Flush()
	}
	return n, err
}

// done takes the deadline off the connection, which the next request uses too.
func (p patientWriter) done() { _ = p.conn.SetWriteDeadline(time.Time{}) }
