package web_test

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/web"
)

// input is what the tests decode.
type input struct {
	UserID string     `json:"userID"`
	Rating float64    `json:"rating"`
	Made   bool       `json:"made"`
	Count  int        `json:"count"`
	Size   uint8      `json:"size"`
	Tags   []string   `json:"tags"`
	Pair   [2]int     `json:"pair"`
	At     *time.Time `json:"at"`
	Inner  struct {
		Name string `json:"name"`
	} `json:"inner"`
	Any any `json:"any"`
}

const limit = 2000

// decoding answers with what it decoded.
func decoding() http.Handler {
	return web.Handler(func(w http.ResponseWriter, r *http.Request) error {
		var in input
		if err := web.DecodeJSON(w, r, limit, &in); err != nil {
			return err
		}
		return web.WriteJSON(w, http.StatusOK, in.UserID)
	})
}

func post(t testing.TB, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	serve(t, decoding()).ServeHTTP(w, request(http.MethodPost, "/", body, headers...))
	return w
}

func TestDecodeJSONAccepts(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an object":                       `{"userID":"ann"}`,
		"white space around it":           "\r\n\t {\"userID\" : \"ann\"} \n",
		"a field in another case":         `{"USERID":"ann"}`,
		"the same name on another level":  `{"userID":"ann","any":{"userID":"bob","any":{"userID":"eve"}}}`,
		"the same name in two of a list":  `{"userID":"ann","any":[{"a":1},{"a":1}]}`,
		"names that differ":               `{"userID":"ann","any":{"a":1,"a ":2,"":3,"á":4,"à":5}}`,
		"big numbers where anything goes": `{"userID":"ann","any":123456789012345678901234567890}`,
		"64 levels":                       `{"userID":"ann","any":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}`,
		"64 levels of objects":            strings.Repeat(`{"any":`, 63) + `{"userID":1}` + strings.Repeat("}", 63),
		"escapes":                         `{"user\u0049D":"\u0061nn"}`,
	} {
		w := post(t, body, "Content-Type", "application/json")
		if want := `"ann"` + "\n"; w.Code != 200 || (w.Body.String() != want && name != "64 levels of objects") {
			t.Errorf("%s: %d %s, want 200 %s", name, w.Code, w.Body, want)
		}
	}
}

func TestDecodeJSONRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, body, why string }{
		{"nothing", ``, "the body is empty"},
		{"white space", " \n", "the body is empty"},
		{"a word", `nonsense`, "it is not JSON at byte 2"},
		{"a byte order mark", "\ufeff{}", "it is not JSON at byte 1"},
		{"UTF-16", "{\x00}\x00", "it is not JSON at byte 2"},
		{"invalid UTF-8", "{\"userID\":\"\xff\"}", "the body is not valid UTF-8"},
		{"half a surrogate pair", `{"userID":"\ud83c"}`, "a text has one half of a surrogate pair"},
		{"the second half of a pair", `{"userID":"\\\udf63"}`, "a text has one half of a surrogate pair"},
		{"two first halves", `{"userID":"\ud83c\ud83c\udf63"}`, "a text has one half of a surrogate pair"},
		{"invalid UTF-8 in a name", "{\"\xc0\":1}", "the body is not valid UTF-8"},
		{"a form", `userID=ann`, "it is not JSON at byte 1"},
		{"half an object", `{"userID":"ann"`, "it is not JSON: it ends too early"},
		{"half a string", `{"userID":"ann`, "it is not JSON: it ends too early"},
		{"a comma too many", `{"userID":"ann",}`, "it is not JSON at byte 17"},
		{"a comma too many in a list", `{"any":[1,]}`, "it is not JSON at byte 11"},
		{"no comma", `{"any":[1 2]}`, "it is not JSON at byte 11"},
		{"the wrong bracket", `{"any":[1}`, "it is not JSON at byte 10"},
		{"single quotes", `{'userID':'ann'}`, "it is not JSON at byte 2"},
		{"a comment", `{} // ann`, "there is more after the JSON value"},
		{"NaN", `{"rating":NaN}`, "it is not JSON at byte 11"},
		{"a control character in a string", "{\"userID\":\"a\nb\"}", "it is not JSON at byte 13"},
		{"two objects", `{}{}`, "there is more after the JSON value"},
		{"something after the object", `{} x`, "there is more after the JSON value"},
		{"a bracket too many", `{}}`, "there is more after the JSON value"},
		{"a NUL after it", "{}\x00", "there is more after the JSON value"},
		{"a name twice", `{"userID":"ann","userID":"eve"}`, "it names a field twice"},
		{"a name twice in another case", `{"userID":"ann","USERid":"eve"}`, "it names a field twice"},
		{"a name twice as the decoder folds it", `{"userID":"ann","u` + "ſ" + `erID":"eve"}`, "it names a field twice"},
		{"and with the sign for kelvin", `{"any":{"k":1,"` + "\u212a" + `":2}}`, "it names a field twice"},
		{"a name twice, once escaped", `{"userID":"ann","\u0075serID":"eve"}`, "it names a field twice"},
		{"a name twice further down", `{"any":[{"x":{"a":1,"A":2}}]}`, "it names a field twice"},
		{"an empty name twice", `{"any":{"":1,"":2}}`, "it names a field twice"},
		{"a field that is not known", `{"userId2":"ann"}`, "it has a field that is not known here"},
		{"one further down", `{"inner":{"nome":"x"}}`, "it has a field that is not known here"},
		{"a list", `[]`, "it must be a JSON object"},
		{"a string", `"ann"`, "it must be a JSON object"},
		{"a number for a string", `{"userID":7}`, "userID must be a JSON string"},
		{"a string for a number", `{"rating":"5"}`, "rating must be a JSON number"},
		{"a string for a whole number", `{"count":"5"}`, "count must be a JSON number"},
		{"a string for a small number", `{"size":"5"}`, "size must be a JSON number"},
		{"a fraction for a whole number", `{"count":1.5}`, "count must be a whole number, or a smaller one"},
		{"a number that does not fit", `{"size":256}`, "size must be a whole number, or a smaller one"},
		{"a number that no computer has", `{"rating":1e999}`, "rating must be a whole number, or a smaller one"},
		{"a number for a yes or no", `{"made":1}`, "made must be a JSON boolean"},
		{"a string for a list", `{"tags":"a"}`, "tags must be a JSON array"},
		{"a string for a pair", `{"pair":"a"}`, "pair must be a JSON array"},
		{"a string for an object", `{"inner":"a"}`, "inner must be a JSON object"},
		{"the wrong type further down", `{"inner":{"name":1}}`, "inner.name must be a JSON string"},
		{"a word for a time", `{"at":"yesterday"}`, "a value is not in the form that its field needs"},
		{"65 levels", `{"any":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`, "it nests deeper than 64 levels"},
		{"65 levels of objects", strings.Repeat(`{"any":`, 64) + `{}` + strings.Repeat("}", 64), "it nests deeper than 64 levels"},
		{"a bomb", strings.Repeat("[", limit), "it nests deeper than 64 levels"},
	} {
		w := post(t, row.body, "Content-Type", "application/json")
		e := wantProblem(t, w, 400, "malformed_body")
		if want := "The body cannot be read: " + row.why + "."; e.Detail != want {
			t.Errorf("%s: detail %q, want %q", row.name, e.Detail, want)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"JSON", []string{"Content-Type", "application/json"}, 200},
		{"in any case", []string{"Content-Type", "Application/JSON"}, 200},
		{"in UTF-8", []string{"Content-Type", "application/json; charset=utf-8"}, 200},
		{"in UTF-8, in capital letters", []string{"Content-Type", `application/json;charset="UTF-8"`}, 200},
		{"not compressed", []string{"Content-Type", "application/json", "Content-Encoding", "identity"}, 200},
		{"in Latin-1", []string{"Content-Type", "application/json; charset=iso-8859-1"}, 415},
		{"in UTF-16", []string{"Content-Type", "application/json; charset=utf-16"}, 415},
		{"no type", nil, 415},
		{"an empty type", []string{"Content-Type", ""}, 415},
		// A page may send these three anywhere without a preflight.
		{"plain text", []string{"Content-Type", "text/plain"}, 415},
		{"a form", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"a form with parts", []string{"Content-Type", "multipart/form-data; boundary=x"}, 415},
		{"plain text that mentions JSON", []string{"Content-Type", "text/plain; application/json"}, 415},
		{"plain text first", []string{"Content-Type", "text/plain", "Content-Type", "application/json"}, 415},
		{"a list", []string{"Content-Type", "application/json, text/plain"}, 415},
		{"another JSON", []string{"Content-Type", "application/ld+json"}, 415},
		{"a prefix", []string{"Content-Type", "application/jsonx"}, 415},
		{"garbage", []string{"Content-Type", ";;"}, 415},
		{"gzip", []string{"Content-Type", "application/json", "Content-Encoding", "gzip"}, 415},
		{"brotli", []string{"Content-Type", "application/json", "Content-Encoding", "br"}, 415},
		{"two encodings", []string{"Content-Type", "application/json", "Content-Encoding", "identity, gzip"}, 415},
	} {
		w := post(t, `{"userID":"ann"}`, row.headers...)
		if w.Code != row.status {
			t.Errorf("%s: status %d, want %d", row.name, w.Code, row.status)
		}
		if row.status == 415 {
			wantProblem(t, w, 415, "unsupported_media_type")
		}
	}
}

func TestMediaTypeNamesWhatIsTaken(t *testing.T) {
	t.Parallel()
	r := request(http.MethodPost, "/", "{}", "Content-Type", "text/plain")
	_, err := web.ReadBody(httptest.NewRecorder(), r, limit, "application/ld+json", "text/html")
	want := "Send the body as application/ld+json or text/html in UTF-8 and say so in Content-Type."
	if got := web.AsError(err).Detail; got != want {
		t.Errorf("detail %q, want %q", got, want)
	}
}

func TestReadBodyReturnsTheBytes(t *testing.T) {
	t.Parallel()
	const body = "<html>\x00\xff"
	r := request(http.MethodPost, "/", body, "Content-Type", "text/html")
	got, err := web.ReadBody(httptest.NewRecorder(), r, int64(len(body)), "application/ld+json", "text/html")
	if diff := cmp.Diff(body, string(got)); err != nil || diff != "" {
		t.Errorf("ReadBody() = %v (-want +got):\n%s", err, diff)
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	fill := func(size int) string {
		return `{"userID":"ann"` + strings.Repeat(" ", size-len(`{"userID":"ann"}`)) + `}`
	}
	for _, row := range []struct{ size, status int }{{limit - 1, 200}, {limit, 200}, {limit + 1, 413}, {1 << 20, 413}} {
		w := post(t, fill(row.size), "Content-Type", "application/json")
		if w.Code != row.status {
			t.Errorf("%d bytes: status %d, want %d", row.size, w.Code, row.status)
		}
		if row.status == 413 {
			if e := wantProblem(t, w, 413, "body_too_large"); !strings.Contains(e.Detail, strconv.Itoa(limit)) {
				t.Errorf("detail %q does not name the limit", e.Detail)
			}
		}
		// The same body without a Content-Length.
		r := request(http.MethodPost, "/", fill(row.size), "Content-Type", "application/json")
		r.ContentLength = -1
		w = httptest.NewRecorder()
		serve(t, decoding()).ServeHTTP(w, r)
		if w.Code != row.status {
			t.Errorf("%d bytes, chunked: status %d, want %d", row.size, w.Code, row.status)
		}
	}
}

// A Content-Length over the limit is refused, and nothing is read.
func TestBodyLimitIsKnownFromTheLength(t *testing.T) {
	t.Parallel()
	r := request(http.MethodPost, "/", "x", "Content-Type", "application/json")
	r.ContentLength = limit + 1
	r.Body = unreadable{t}
	w := httptest.NewRecorder()
	serve(t, decoding()).ServeHTTP(w, r)
	wantProblem(t, w, 413, "body_too_large")
}

type unreadable struct{ t *testing.T }

func (u unreadable) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, http.ErrBodyReadAfterClose
}

func (unreadable) Close() error { return nil }

// encoding/json can read what CheckJSON accepts, and no object has a name twice.
func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":1}`, `[1,2,{"a":null}]`, `{"a":1,"A":2}`, `{} {}`, `[1,]`, `{"a":{"b":{}},"c":[[]]}`, `"x"`, `nul`, `{"a"}`,
		`{"k":1,"` + "\u212a" + `":2}`, `{"\u0061":1,"a":2}`, "\ufeff{}", `[}`, `{]`, `{"a":1 "b":2}`, `1 `, `-`, `{"":"","":""}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := web.CheckJSON(body); err != nil {
			if e := web.AsError(err); e.Status != 400 || e.Code != "malformed_body" {
				t.Errorf("CheckJSON() = %v, want a 400", err)
			}
			return
		}
		if !json.Valid(body) {
			t.Fatalf("CheckJSON() accepted %q, which is not JSON", body)
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) != nil {
			return
		}
		for name := range object {
			for other := range object {
				if name != other && strings.EqualFold(name, other) {
					t.Errorf("CheckJSON() accepted %q, which names %q twice", body, name)
				}
			}
		}
	})
}

// record has the shapes of all answers: an embedded struct with a field that is replaced, lists
// and maps that may be nil, and fields that an answer leaves out.
type record struct {
	plain
	Text  *struct{}         `json:"text,omitempty"`
	Lists [][]string        `json:"lists"`
	Map   map[string]string `json:"map,omitempty"`
	Error *web.Error        `json:"error,omitempty"`
	Any   []any             `json:"any"`
}

type plain struct {
	Text   string     `json:"text"`
	Number float64    `json:"number"`
	Whole  int        `json:"whole"`
	At     *time.Time `json:"at,omitempty"`
	Then   time.Time  `json:"then"`
	Flag   bool       `json:"flag"`
}

// WriteJSON writes what encoding/json writes, and fails when it fails.
func FuzzWriteJSON(f *testing.F) {
	f.Add("", 0.0, 0, int64(0))
	f.Add("a text of some length, <b> & \"quoted\" \\", 4.5, 1<<53, int64(1))
	f.Add("\u2028\u2029\x00\b\f\x7f\ufffd", 1e21, math.MaxInt, int64(-1))
	f.Add("cut \xe2\x80 and \xff, or \xed\xa0\x80, after many letters", 1e-7, math.MinInt, int64(1e17))
	f.Add("nothing", math.NaN(), -1, int64(1))
	f.Add("all", math.Inf(1), -1, int64(1))
	f.Fuzz(func(t *testing.T, text string, number float64, whole int, ns int64) {
		// From 1677 to 2262. encoding/json alone refuses a year after 9999.
		at := time.Unix(0, ns).In(time.FixedZone("", whole%(14*60)*60))
		full := record{
			plain: plain{text, number, whole, &at, at.UTC(), true},
			Lists: [][]string{nil, {}, {text, ""}},
			Map:   map[string]string{text: text, text + "b": "", "a": text},
			Error: &web.Error{Detail: text, Errors: []web.FieldError{{Message: text, Limit: whole}, {Limit: text}}},
			Any:   []any{nil, text, number, plain{Text: text}},
		}
		for _, v := range []any{full, &full, record{}, []plain{full.plain}, text, number, whole, at} {
			var want strings.Builder
			enc := json.NewEncoder(&want)
			enc.SetEscapeHTML(false)
			wantErr := enc.Encode(v)
			got := httptest.NewRecorder()
			if err := web.WriteJSON(got, http.StatusOK, v); (err == nil) != (wantErr == nil) {
				t.Errorf("WriteJSON(%+v) = %v, want %v", v, err, wantErr)
			} else if err == nil && got.Body.String() != want.String() {
				t.Errorf("WriteJSON writes %q, want %q", got.Body, want.String())
			}
		}
	})
}
