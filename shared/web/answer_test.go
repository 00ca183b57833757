package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pantry.example/shared/web"
)

// writes counts the writes of an answer.
type writes struct {
	http.ResponseWriter
	n int
}

func (w *writes) Write(b []byte) (int, error) {
	w.n++
	return w.ResponseWriter.Write(b)
}

// WriteJSON makes one write. The client gets a Content-Length and no chunks.
func TestWriteJSONInOneWrite(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 10, 2044, 2045, 2046, 5000, 100_000} { // net/http adds the length up to 2048 bytes
		text := strings.Repeat("a", size)
		want := strconv.Quote(text) + "\n"
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			counted := &writes{ResponseWriter: w}
			if err := web.WriteJSON(counted, http.StatusCreated, text); err != nil || counted.n != 1 {
				t.Errorf("%d writes (%v), want one", counted.n, err)
			}
		}))
		defer server.Close()
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			req, _ := http.NewRequestWithContext(t.Context(), method, server.URL, nil)
			resp, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || resp.StatusCode != http.StatusCreated || method == http.MethodGet && string(got) != want {
				t.Errorf("%s: got %d and %d bytes (%v), want 201 and %d bytes", method, resp.StatusCode, len(got), err, len(want))
			}
			if resp.ContentLength != int64(size+3) || len(resp.TransferEncoding) > 0 {
				t.Errorf("%s: the length %d and the encodings %v, want %d and none", method, resp.ContentLength, resp.TransferEncoding, size+3)
			}
		}
	}
}

// When WriteJSON fails, it answers nothing, and leaves nothing in the buffer of the next answer.
func TestWriteJSONThatFails(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := web.WriteJSON(w, http.StatusOK, []any{"a secret", func() {}}); err == nil {
		t.Error("WriteJSON() of a function = nil error, want one")
	}
	if w.Body.Len() > 0 || len(w.Header()) > 0 {
		t.Errorf("got %q and the headers %v, want nothing", w.Body, w.Header())
	}
	if err := web.WriteJSON(w, http.StatusOK, 1); err != nil || w.Body.String() != "1\n" {
		t.Errorf("the next answer is %q (%v), want 1", w.Body, err)
	}
}

// Answers use the same buffers. No answer has a part of another one.
func TestWriteJSONKeepsAnswersApart(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for i, letter := range strings.Split("abcdefghijklmnop", "") {
		all.Go(func() {
			for n := range 200 {
				w := httptest.NewRecorder()
				text := strings.Repeat(letter, (n*i)%300)
				if err := web.WriteJSON(w, http.StatusOK, text); err != nil || w.Body.String() != strconv.Quote(text)+"\n" {
					t.Errorf("got %q (%v), want %q", w.Body, err, text)
				}
			}
		})
	}
	all.Wait()
}
