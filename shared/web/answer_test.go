package web_test

import (
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
	*httptest.ResponseRecorder
	n int
}

func (w *writes) Write(b []byte) (int, error) {
	w.n++
	return w.ResponseRecorder.Write(b)
}

// WriteJSON sends the length and makes one write, so net/http sends no chunks.
func TestWriteJSONInOneWrite(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 10, 5000, 100_000} {
		w := &writes{ResponseRecorder: httptest.NewRecorder()}
		text := strings.Repeat("a", size)
		if err := web.WriteJSON(w, http.StatusCreated, text); err != nil {
			t.Fatal(err)
		}
		want := strconv.Quote(text) + "\n"
		if got := w.Body.String(); w.Code != http.StatusCreated || got != want {
			t.Errorf("got %d and %d bytes, want 201 and %d bytes", w.Code, len(got), len(want))
		}
		if got := w.Header().Get("Content-Length"); w.n != 1 || got != strconv.Itoa(len(want)) {
			t.Errorf("got %d writes and the length %q, want one write of %d bytes", w.n, got, len(want))
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
