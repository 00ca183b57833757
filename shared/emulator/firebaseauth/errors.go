package firebaseauth

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// apiError is an error in Google's form; the SDKs read its message up to the first " : ".
type apiError struct {
	code    int
	status  string
	message string
	reason  string
}

func (e *apiError) Error() string { return e.message }

// bad is the error that an operation answers: 400 and a name from Identity Toolkit.
func bad(message string) error {
	return &apiError{http.StatusBadRequest, "", message, "invalid"}
}

func notImplemented(what string) error {
	return &apiError{http.StatusNotImplemented, "NOT_IMPLEMENTED", what + " is not implemented in the embedded Auth emulator. Start the official one and name it in FIREBASE_AUTH_EMULATOR_HOST.", "unimplemented"}
}

func notFoundError() error {
	return &apiError{http.StatusNotFound, "NOT_FOUND", "Not Found", "notFound"}
}

func forbidden(message string) error {
	return &apiError{http.StatusForbidden, "PERMISSION_DENIED", message, "forbidden"}
}

func writeError(w http.ResponseWriter, err error) {
	e := &apiError{http.StatusInternalServerError, "INTERNAL", "INTERNAL_ERROR", "internal"}
	_ = errors.As(err, &e)
	body := map[string]any{
		"code": e.code, "message": e.message,
		"errors": []any{map[string]string{"message": e.message, "reason": e.reason, "domain": "global"}},
	}
	if e.status != "" {
		body["status"] = e.status
	}
	writeJSON(w, e.code, map[string]any{"error": body})
}

// number is an int64 that arrives as a JSON number or, as Google's APIs write it, as a string.
type number int64

func (n *number) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if text == "null" || text == "" {
		return nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return errors.New("not a whole number")
	}
	*n = number(v)
	return nil
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that has gone away is not an error of ours
}
