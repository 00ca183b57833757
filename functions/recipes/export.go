package recipes

import (
	"bufio"
	"context"
	"iter"
	"net/http"
	"time"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
)

const (
	// wholeTimeout bounds the work on all recipes of a user. web.RequestTimeout is too short
	// for ten thousand recipes.
	wholeTimeout = 10 * time.Minute
	// writeTimeout bounds how long a client may take to read each part of an export.
	writeTimeout = 30 * time.Second
	exportBuffer = 64 << 10
)

// exportAll streams all recipes in bounded memory. It reads the first recipe before it
// answers. So it answers 503 when the store cannot be reached.
func (f function) exportAll(w http.ResponseWriter, r *http.Request) error {
	end, err := f.long.begin(callerOf(r.Context()).uid)
	if err != nil {
		return err
	}
	defer end()
	ctx, cancel := longContext(r.Context())
	defer cancel()
	next, stop := iter.Pull2(f.Store.All(ctx, callerOf(ctx).uid))
	defer stop()
	first, err, some := next()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/ld+json")
	w.Header().Set("Content-Disposition", `attachment; filename="recipes.jsonld"`)
	if r.Method == http.MethodHead {
		return nil
	}
	if err := stream(w, first, some, next); err != nil {
		w.Header().Del("Content-Disposition") // the answer is a problem if nothing was sent
		return err
	}
	return nil
}

// longContext returns a context for work on all recipes of a user. It does not end when the
// client goes away. The next write notices that.
func longContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), wholeTimeout)
}

// stream writes r, if more is true, and the recipes of next. After the status was sent, an
// error makes package web cut the connection. So no client takes a part for the whole.
func stream(w http.ResponseWriter, r recipe.Recipe, more bool, next func() (recipe.Recipe, error, bool)) error {
	client := partWriter{w, http.NewResponseController(w)}
	defer client.done()
	buffered := bufio.NewWriterSize(client, exportBuffer)
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

// partWriter gives the client writeTimeout for each part, not one deadline for the whole.
type partWriter struct {
	w    http.ResponseWriter
	conn *http.ResponseController
}

func (p partWriter) Write(b []byte) (int, error) {
	_ = p.conn.SetWriteDeadline(time.Now().Add(writeTimeout)) // the recorder of a test has no connection
	n, err := p.w.Write(b)
	if err == nil {
		_ = p.conn.Flush()
	}
	return n, err
}

// done removes the deadline from the connection, because the next request uses it too.
func (p partWriter) done() { _ = p.conn.SetWriteDeadline(time.Time{}) }
