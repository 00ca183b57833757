package firebaseauth_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pantry.example/shared/emulator/firebaseauth"
)

func decode64(t *testing.T, s string) object {
	t.Helper()
	body, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	var out object
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func encode64(t *testing.T, v object) string {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(body)
}

// A page whose name was made to resolve to this machine (DNS rebinding) gets nothing.
func TestHostMustBeLoopback(t *testing.T) {
	e := embedded(t, project)
	for host, want := range map[string]int{
		"localhost": 200, "localhost:9099": 200, "LOCALHOST:1": 200, "127.0.0.1": 200, "127.0.0.1:9099": 200, "127.0.0.2": 200, "[::1]": 200, "[::1]:9099": 200,
		"evil.example": 403, "evil.example:9099": 403, "localhost.evil.example": 403, "127.0.0.1.evil.example": 403, "evil.localhost": 403,
		"0.0.0.0:9099": 403, "192.168.1.2:9099": 403, "[fe80::1]:9099": 403, "localhost@evil.example": 403, "169.254.1.1": 403,
	} {
		for _, method := range []string{"GET", "OPTIONS"} {
			got := e.do(t, request{method: method, path: "/", header: map[string]string{"Host": host}})
			if ok := got.status < 300; ok != (want == 200) {
				t.Errorf("%s with Host %s = %d, want %d", method, host, got.status, want)
			}
		}
	}
}

// Every origin may sign in, as with the official emulator. Only origins of this machine may be
// the owner.
func TestOrigins(t *testing.T) {
	e := embedded(t, project)
	const v1 = "/identitytoolkit.googleapis.com/v1/"
	for origin, local := range map[string]bool{
		"": true, "http://localhost:3000": true, "http://127.0.0.1:8080": true, "http://[::1]:8080": true,
		"https://evil.example": false, "null": false, "http://localhost.evil.example": false, "://": false,
	} {
		header := map[string]string{"Authorization": "Bearer owner"}
		if origin != "" {
			header["Origin"] = origin
		}
		want := map[bool]int{true: 200, false: 403}[local]
		for _, in := range []request{
			{method: "POST", path: v1 + "projects/" + project + "/accounts:lookup", header: header, body: object{}},
			{method: "GET", path: "/emulator/auth/handler?apiKey=k&providerId=google.com", header: header},
		} {
			if got := e.do(t, in); got.status != want {
				t.Errorf("%s %s from %q = %d, want %d", in.method, in.path, origin, got.status, want)
			}
		}
		delete(header, "Authorization")
		got := e.do(t, request{method: "POST", path: v1 + "accounts:signUp?key=k", header: header, body: object{"email": unique() + "@example.com", "password": "secret12"}}).ok(t)
		if allowed := got.header.Get("Access-Control-Allow-Origin"); allowed != origin {
			t.Errorf("Access-Control-Allow-Origin for %q = %q", origin, allowed)
		}
	}
}

func TestPreflight(t *testing.T) {
	e := embedded(t, project)
	got := e.do(t, request{method: "OPTIONS", path: "/identitytoolkit.googleapis.com/v1/accounts:signUp?key=k", header: map[string]string{
		"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST",
		"Access-Control-Request-Headers": "content-type,x-client-version", "Access-Control-Request-Private-Network": "true",
	}})
	if got.status != http.StatusNoContent {
		t.Errorf("status = %d, want 204", got.status)
	}
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin":          "http://localhost:3000",
		"Access-Control-Allow-Methods":         "GET,HEAD,PUT,PATCH,POST,DELETE",
		"Access-Control-Allow-Headers":         "content-type,x-client-version",
		"Access-Control-Allow-Private-Network": "true",
	} {
		if got := got.header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

func TestAuthorization(t *testing.T) {
	e := embedded(t, project)
	const path = "/identitytoolkit.googleapis.com/v1/projects/" + project + "/accounts:lookup"
	for _, tc := range []struct {
		query, authorization string
		want                 int
	}{
		{"", "", 403},
		{"?key=k", "", 400},
		{"", "Bearer owner", 200},
		{"", "bearer OWNER", 200},
		{"", "Bearer ya29.a-service-account", 200},
		{"", "Bearer somebody", 401},
		{"?key=k", "Bearer somebody", 401},
		{"", "Basic owner", 403},
		{"", "Bearer", 401},
	} {
		got := e.do(t, request{method: "POST", path: path + tc.query, header: map[string]string{"Authorization": tc.authorization}, body: object{}})
		if got.status != tc.want {
			t.Errorf("%q %q = %d, want %d", tc.query, tc.authorization, got.status, tc.want)
		}
	}
}

func TestBodies(t *testing.T) {
	e := embedded(t, project)
	signUp := func(ignored string) string {
		return `{"email":"` + unique() + `@example.com","password":"secret12","x":"` + ignored + `"}`
	}
	for name, tc := range map[string]struct {
		contentType, body string
		want              int
	}{
		"JSON":            {"application/json; charset=utf-8", signUp(""), 200},
		"text":            {"text/plain", "{}", 400},
		"a form":          {"application/x-www-form-urlencoded", "a=b", 400},
		"no type":         {"", "{}", 400},
		"an array":        {"application/json", "[]", 400},
		"two values":      {"application/json", "{}{}", 400},
		"not JSON":        {"application/json", "{", 400},
		"another type":    {"application/json", `{"email":{}}`, 400},
		"just fits":       {"application/json", signUp(strings.Repeat("x", 1<<20-len(signUp("")))), 200},
		"one byte larger": {"application/json", signUp(strings.Repeat("x", 1<<20+1-len(signUp("")))), 413},
	} {
		t.Run(name, func(t *testing.T) {
			got := e.do(t, request{
				method: "POST", path: "/identitytoolkit.googleapis.com/v1/accounts:signUp?key=k",
				header: map[string]string{"Content-Type": tc.contentType}, body: tc.body,
			})
			if got.status != tc.want {
				t.Errorf("status = %d, want %d: %.200s", got.status, tc.want, got.text)
			}
		})
	}
}

// The server's memory is bounded: accounts and the texts in them.
func TestLimits(t *testing.T) {
	e := embedded(t, project, ann)
	long := strings.Repeat("x", 2049)
	for name, in := range map[string]object{
		"address":  {"email": long + "@example.com", "password": "secret12"},
		"password": {"email": "p@example.com", "password": long},
		"name":     {"email": "n@example.com", "password": "secret12", "displayName": long},
	} {
		got := e.client(t, "accounts:signUp", in)
		if got.status != 400 {
			t.Errorf("an endless %s = %d", name, got.status)
		}
	}
	kept := e.owner(t, "/accounts:lookup", object{"email": []string{long + "@example.com", "p@example.com", "n@example.com"}}).ok(t)
	if kept.json["users"] != nil {
		t.Errorf("a refused sign-up left an account: %.200s", kept.text)
	}
}

func TestAccountLimit(t *testing.T) {
	s := firebaseauth.New(project)
	for i := range 5000 {
		if err := s.AddUser(firebaseauth.User{UID: fmt.Sprint(i)}); err != nil {
			t.Fatalf("account %d: %v", i, err)
		}
	}
	if err := s.AddUser(firebaseauth.User{}); err == nil || !strings.HasPrefix(err.Error(), "QUOTA_EXCEEDED") {
		t.Errorf("account 5001: %v, want QUOTA_EXCEEDED", err)
	}
}

// FuzzRoutes throws requests at the routes: none may end in a panic or a fault of the server.
func FuzzRoutes(f *testing.F) {
	s := firebaseauth.New(project)
	if err := s.AddUser(ann); err != nil {
		f.Fatal(err)
	}
	const v1, json = "/identitytoolkit.googleapis.com/v1/", "application/json"
	owner := v1 + "projects/" + project
	for _, op := range []string{
		"signUp", "signInWithPassword", "signInWithIdp", "lookup", "update", "delete",
	} {
		f.Add("POST", v1+"accounts:"+op+"?key=k", json, `{"email":"ann@example.com","password":"secret12","idToken":"e30.e30."}`)
	}
	for _, op := range []string{"/accounts", "/accounts:lookup", "/accounts:update", ":createSessionCookie"} {
		f.Add("POST", owner+op, json, `{"localId":"ann","validSince":"1","deleteProvider":["password"]}`)
	}
	f.Add("POST", v1+"accounts:signInWithIdp?key=k", json, `{"requestUri":"http://localhost","postBody":"providerId=google.com&id_token={\"sub\":\"1\"}"}`)
	f.Add("POST", "/securetoken.googleapis.com/v1/token?key=k", "application/x-www-form-urlencoded", "grant_type=refresh_token&refresh_token=e30=")
	f.Fuzz(func(t *testing.T, method, target, contentType, body string) {
		if strings.ContainsAny(method+target, " \r\n\t") || !strings.HasPrefix(target, "/") {
			t.Skip("not a request line")
		}
		r, err := http.NewRequest(method, "http://localhost"+target, strings.NewReader(body))
		if err != nil {
			t.Skip("not a request")
		}
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", "Bearer owner")
		for range 2 {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code == http.StatusInternalServerError {
				t.Errorf("%s %s = 500: %s", method, target, w.Body)
			}
			r.Header.Del("Authorization")
			r.Body = http.NoBody
		}
	})
}
