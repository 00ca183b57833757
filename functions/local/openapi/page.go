package openapi

import "net/http"

// Handler serves the document at /openapi.json; /docs leads there.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		text, err := Document()
		if err != nil { // the tests make it
			http.Error(w, "The description cannot be made.", http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "no-cache")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		_, _ = w.Write(text) // the client is gone when this fails
	})
	mux.Handle("GET /docs", http.RedirectHandler("/openapi.json", http.StatusFound))
	return mux
}
