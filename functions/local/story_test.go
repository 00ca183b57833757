package main_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"pantry.example/shared/emulator"
)

// TestStory goes through the main job and the attacks on it, over HTTP: once with all
// that is embedded and once with real servers in its place.
func TestStory(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { tellStories(t, false, "REVOCATION_MAX_AGE=1s") })
	t.Run("real servers", func(t *testing.T) { tellStories(t, true, realServers(t)...) })
}

func realServers(t *testing.T) []string {
	t.Helper()
	return []string{
		"REVOCATION_MAX_AGE=1s", "SSL_CERT_FILE=" + os.Getenv("SSL_CERT_FILE"),
		"REDIS_SERVER=" + emulator.Redis(t),
		"FIREBASE_AUTH_EMULATOR_HOST=" + emulator.Auth(t),
		"FIRESTORE_EMULATOR_HOST=" + emulator.Firestore(t),
	}
}

func tellStories(t *testing.T, official bool, variables ...string) {
	const key = "a-key-that-signs-handles"
	r := runnerWith(t, append(variables, "SESSION_KEYS="+key, "LOG_LEVEL=debug")...)
	p := &pantry{url: r.url, auth: authURL(t, r.url), official: official, secrets: &secrets{}}
	p.secrets.add(key, password)
	if u, err := url.Parse(os.Getenv("TEST_REDIS_URL")); official && err == nil {
		redisPassword, _ := u.User.Password()
		p.secrets.add(redisPassword)
	}
	for name, story := range map[string]func(*testing.T, *pantry){
		"main job": mainJob, "article's client": articleClient, "user id opens nothing": userIDOpensNothing,
		"devices": devices, "tokens": tokens, "recent login": recentLogin, "out within the bound": outWithinTheBound,
		"cookie": cookieRules, "same on every function": sameOnEveryFunction,
		"secrets in odd places": secretsInOddPlaces,
	} {
		t.Run(name, func(t *testing.T) { story(t, p) })
	}
	r.end(t)
	p.secrets.lookIn(t, r.printed+r.log.String())
	noSecretForms(t, r.log.String())
}

// pantry is a running Pantry and its auth emulator.
type pantry struct {
	url, auth string
	official  bool     // the auth emulator is Google's
	secrets   *secrets // nil when nobody looks for them
}

// person is a user as a client holds one.
type person struct {
	*pantry
	t       *testing.T
	uid     string
	email   string
	idToken string
	session string // bearer
}

const password = "correct horse"

// newPerson signs a new user up.
func (p *pantry) newPerson(t *testing.T) *person {
	t.Helper()
	var b [8]byte
	_, _ = rand.Read(b[:])
	u := &person{pantry: p, t: t, email: hex.EncodeToString(b[:]) + "@example.com"}
	u.firebase("signUp")
	return u
}

// firebase signs the person up or in.
func (u *person) firebase(call string) {
	u.t.Helper()
	answer := u.identityToolkit("accounts:"+call, map[string]any{"email": u.email, "password": password, "returnSecureToken": true}, "")
	u.uid, _ = answer["localId"].(string)
	u.idToken, _ = answer["idToken"].(string)
	refreshToken, _ := answer["refreshToken"].(string)
	u.secrets.add(u.idToken, refreshToken)
	if u.uid == "" || u.idToken == "" {
		u.t.Fatalf("%s: no account in the answer", call)
	}
}

func (u *person) identityToolkit(path string, body map[string]any, bearer string) map[string]any {
	u.t.Helper()
	a := u.send(http.MethodPost, u.auth+"/identitytoolkit.googleapis.com/v1/"+path+"?key=any", body, "Authorization", bearer)
	if a.status != http.StatusOK {
		u.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(a.body), &out); err != nil {
		u.t.Fatal(err)
	}
	return out
}

// open opens a session for the person's ID token.
func (u *person) open(headers ...string) answer {
	u.t.Helper()
	u.secrets.add(u.idToken)
	a := u.send(http.MethodPost, u.url+"/set-cache", map[string]any{"UserID": u.uid, "AuthToken": u.idToken, "Transport": "bearer"}, headers...)
	var out struct{ Session string }
	if a.status == http.StatusOK {
		if err := json.Unmarshal([]byte(a.body), &out); err != nil || out.Session == "" {
			u.t.Fatalf("set-cache: %s", a.body)
		}
		u.session = out.Session
		u.secrets.addHandle(u.session)
	}
	return a
}

// call sends a request with the person's session.
func (u *person) call(method, path string, body any, headers ...string) answer {
	u.t.Helper()
	return u.send(method, u.url+path, body, append([]string{"Authorization", "Bearer " + u.session}, headers...)...)
}

type answer struct {
	status int
	body   string
	header http.Header
}

func (u *person) send(method, url string, body any, headers ...string) answer {
	u.t.Helper()
	var reader io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			u.t.Fatal(err)
		}
		reader = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(u.t.Context(), method, url, reader)
	if err != nil {
		u.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for ; len(headers) > 1; headers = headers[2:] {
		if headers[1] != "" {
			r.Header.Set(headers[0], headers[1])
		}
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		u.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		u.t.Fatal(err)
	}
	for _, c := range resp.Cookies() {
		u.secrets.addHandle(c.Value)
	}
	return answer{resp.StatusCode, strings.TrimSpace(string(b)), resp.Header}
}

// want fails the test unless the answer has the status and each of the parts.
func (a answer) want(t *testing.T, status int, parts ...string) answer {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			t.Errorf("the answer lacks %s: %s", part, a.body)
		}
	}
	return a
}

func (a answer) id(t *testing.T) string {
	t.Helper()
	var out struct{ ID string }
	if err := json.Unmarshal([]byte(a.body), &out); err != nil || out.ID == "" {
		t.Fatalf("no id in %s", a.body)
	}
	return out.ID
}

func mainJob(t *testing.T, p *pantry) {
	u := p.newPerson(t)
	u.open().want(t, 200, `"userID":"`+u.uid+`"`, `"expiresAt":"`)
	u.call("GET", "/check-expiration", nil).want(t, 200, "false")
	u.call("GET", "/check-expiration?userID="+u.uid, nil).want(t, 200, "false")
	u.call("GET", "/recipes", nil).want(t, 200, `"recipes":[]`)

	made := u.call("POST", "/recipes", map[string]any{"title": "Soup"}).want(t, 201, `"title":"Soup"`)
	path := "/recipes/" + made.id(t)
	u.call("PATCH", path, map[string]any{"rating": 4, "made": true}, "Content-Type", "application/merge-patch+json",
		"If-Match", made.header.Get("ETag")).want(t, 200, `"rating":4`)
	u.call("PATCH", path, map[string]any{"rating": 1}, "Content-Type", "application/merge-patch+json",
		"If-Match", made.header.Get("ETag")).want(t, 412)
	u.call("GET", "/recipes?made=true", nil).want(t, 200, `"title":"Soup"`)
	u.call("DELETE", path, nil).want(t, 200, `"state":"trashed"`)
	u.call("GET", "/recipes", nil).want(t, 200, `"recipes":[]`)

	u.call("DELETE", "/set-cache", nil).want(t, 204)
	u.call("GET", "/check-expiration", nil).want(t, 200, "true")
	u.call("GET", "/recipes", nil).want(t, 401, `"code":"no_session"`)
	u.call("DELETE", "/set-cache", nil).want(t, 204)
}

func articleClient(t *testing.T, p *pantry) {
	u := p.newPerson(t)
	u.open().want(t, 200)
	query := "/recipes?userID=" + u.uid
	if a := u.call("GET", query, nil).want(t, 200); a.body != `{"recepies":[]}` {
		t.Errorf("an empty list is %s", a.body)
	}
	soup := map[string]any{"userID": u.uid, "title": "Soup", "url": "https://example.com/soup", "imageUrl": "", "made": false, "rating": 0}
	u.call("POST", query, soup).want(t, 200, `"message":`)
	u.call("POST", query, soup).want(t, 409, `"message":`)
	list := u.call("GET", query, nil).want(t, 200, `"title":"Soup"`, `"userID":"`+u.uid+`"`)
	var out struct{ Recepies []struct{ ID string } }
	if err := json.Unmarshal([]byte(list.body), &out); err != nil || len(out.Recepies) != 1 {
		t.Fatalf("list = %s", list.body)
	}
	u.call("PATCH", query, map[string]any{"id": out.Recepies[0].ID, "rating": 5}).want(t, 200, `"message":`)
	u.call("GET", query, nil).want(t, 200, `"rating":5`, `"made":true`)
	u.call("DELETE", "/recipes/"+out.Recepies[0].ID+"?userID="+u.uid, nil).want(t, 200, `"message":`)
}

func userIDOpensNothing(t *testing.T, p *pantry) {
	victim, attacker := p.newPerson(t), p.newPerson(t)
	victim.open().want(t, 200)
	attacker.open().want(t, 200)
	secret := victim.call("POST", "/recipes", map[string]any{"title": "Secret"}).id(t)

	nobody := &person{pantry: p, t: t, uid: victim.uid}
	for _, path := range []string{"/recipes?userID=", "/recipes/" + secret + "?userID=", "/set-cache?userID="} {
		nobody.send("GET", p.url+path+victim.uid, nil).want(t, 401)
	}
	nobody.send("GET", p.url+"/check-expiration?userID="+victim.uid, nil).want(t, 200, "true")

	attacker.call("GET", "/check-expiration?userID="+victim.uid, nil).want(t, 200, "true")
	attacker.call("GET", "/recipes?userID="+victim.uid, nil).want(t, 403)
	unknown := attacker.call("GET", "/recipes/AAAAAAAAAAAAAAAAAAAAAAAA", nil, "X-Request-Id", "same-for-both").want(t, 404)
	if got := attacker.call("GET", "/recipes/"+secret, nil, "X-Request-Id", "same-for-both").want(t, 404); got.body != unknown.body {
		t.Errorf("another user's recipe is answered %s, an unknown one %s", got.body, unknown.body)
	}
	for _, method := range []string{"DELETE", "PUT"} {
		attacker.call(method, "/recipes/"+secret, map[string]any{"title": "Mine"}, "If-Match", "*").want(t, map[string]int{"DELETE": 404, "PUT": 412}[method])
	}

	// The attacker's own token under the victim's name.
	forged := *attacker
	forged.uid = victim.uid
	forged.open().want(t, 403, `"code":"wrong_user"`)
	victim.call("GET", "/recipes", nil).want(t, 200, "Secret")

	// A handle with the victim's uid and the attacker's secret.
	mixed := *attacker
	mixed.session = base64.RawURLEncoding.EncodeToString([]byte(victim.uid)) + attacker.session[strings.IndexByte(attacker.session, '.'):]
	mixed.call("GET", "/recipes", nil).want(t, 401)

	// Another user's session id.
	list := victim.call("GET", "/set-cache", nil).want(t, 200, `"current":true`)
	var out struct{ Sessions []struct{ ID string } }
	if err := json.Unmarshal([]byte(list.body), &out); err != nil || len(out.Sessions) != 1 {
		t.Fatalf("sessions = %s", list.body)
	}
	attacker.call("DELETE", "/set-cache/"+out.Sessions[0].ID, nil).want(t, 404)
	victim.call("GET", "/recipes", nil).want(t, 200)
}

func devices(t *testing.T, p *pantry) {
	phone := p.newPerson(t)
	phone.open("User-Agent", "Mozilla/5.0 (Linux; Android 15) Chrome/140.0").want(t, 200)
	laptop := *phone
	laptop.firebase("signInWithPassword")
	laptop.open("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0").want(t, 200)
	laptop.call("GET", "/set-cache", nil).want(t, 200, "Chrome on Android", "Firefox on Linux")

	stale := *phone // signed in at Firebase before everybody is signed out
	laptop.call("DELETE", "/set-cache?all=true", nil).want(t, 204)
	for _, device := range []*person{phone, &laptop} {
		device.call("GET", "/check-expiration", nil).want(t, 200, "true")
		device.call("GET", "/recipes", nil).want(t, 401)
	}
	stale.open().want(t, 401, `"code":"invalid_token"`)
	laptop.firebase("signInWithPassword")
	laptop.open().want(t, 200)

	old := laptop.session
	laptop.open("Authorization", "Bearer "+old).want(t, 200)
	if laptop.session == old {
		t.Error("signing in again kept the handle")
	}
	replaced := laptop
	replaced.session = old
	replaced.call("GET", "/recipes", nil).want(t, 401)
}

func tokens(t *testing.T, p *pantry) {
	u := p.newPerson(t)
	now := time.Now().Unix()
	for name, change := range map[string]func(map[string]any){
		"expired":         func(c map[string]any) { c["iat"], c["exp"] = now-7200, now-60 },
		"future":          func(c map[string]any) { c["iat"], c["exp"] = now+7200, now+9000 },
		"another project": func(c map[string]any) { c["aud"] = "other" },
		"another issuer":  func(c map[string]any) { c["iss"] = "https://session.firebase.google.com/demo-pantry" },
		"no subject":      func(c map[string]any) { c["sub"] = "" },
		"unknown user":    func(c map[string]any) { c["sub"], c["user_id"] = "nobody", "nobody" },
	} {
		t.Run(name, func(t *testing.T) {
			forged := *u
			forged.idToken = u.rewrite(change)
			a := forged.open().want(t, 401, `"code":"invalid_token"`)
			if a.header.Get("WWW-Authenticate") == "" {
				t.Error("a 401 without WWW-Authenticate")
			}
		})
	}
	for name, token := range map[string]string{"garbage": "x", "two parts": "a.b", "the handle": "x." + strings.Repeat("A", 43)} {
		t.Run(name, func(t *testing.T) {
			forged := *u
			forged.idToken = token
			forged.open().want(t, 401, `"code":"invalid_token"`)
		})
	}
	u.open().want(t, 200)
}

// rewrite returns the ID token with other claims. The emulators' tokens are not signed.
func (u *person) rewrite(change func(claims map[string]any)) string {
	u.t.Helper()
	parts := strings.Split(u.idToken, ".")
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		u.t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		u.t.Fatal(err)
	}
	change(claims)
	if text, err = json.Marshal(claims); err != nil {
		u.t.Fatal(err)
	}
	return parts[0] + "." + base64.RawURLEncoding.EncodeToString(text) + "."
}

func recentLogin(t *testing.T, p *pantry) {
	u := p.newPerson(t)
	// Firebase keeps the account's sign-ins from before its creation out: move that back.
	u.identityToolkit("projects/demo-pantry/accounts:update", map[string]any{"localId": u.uid, "validSince": "1"}, "Bearer owner")
	recent := u.idToken
	u.idToken = u.rewrite(func(c map[string]any) { c["auth_time"] = time.Now().Add(-6 * time.Minute).Unix() })
	u.open().want(t, 401, `"code":"recent_login_required"`)
	u.open("Authorization", "Bearer "+base64.RawURLEncoding.EncodeToString([]byte(u.uid))+"."+strings.Repeat("A", 43)).
		want(t, 401, `"code":"recent_login_required"`)

	other := p.newPerson(t)
	other.open().want(t, 200)
	u.open("Authorization", "Bearer "+other.session).want(t, 401, `"code":"recent_login_required"`)

	old := u.idToken
	u.idToken = recent
	u.open().want(t, 200)
	if u.idToken = old; p.official { // the embedded one knows of no sign-in before its account
		u.open("Authorization", "Bearer "+u.session).want(t, 200) // its own open session vouches
	}
}

func outWithinTheBound(t *testing.T, p *pantry) {
	for name, body := range map[string]map[string]any{
		"disabled": {"disableUser": true},
		"revoked":  {"validSince": fmt.Sprint(time.Now().Add(time.Minute).Unix())},
	} {
		t.Run(name, func(t *testing.T) {
			u := p.newPerson(t)
			u.open().want(t, 200)
			body["localId"] = u.uid
			u.identityToolkit("projects/demo-pantry/accounts:update", body, "Bearer owner")
			time.Sleep(1100 * time.Millisecond) // REVOCATION_MAX_AGE is a second here
			u.call("GET", "/check-expiration", nil).want(t, 200, "true")
			u.call("GET", "/recipes", nil).want(t, 401)
			u.call("GET", "/set-cache", nil).want(t, 401)
			u.open().want(t, 401)
		})
	}
	t.Run("deleted", func(t *testing.T) {
		u := p.newPerson(t)
		u.open().want(t, 200)
		u.identityToolkit("projects/demo-pantry/accounts:delete", map[string]any{"localId": u.uid}, "Bearer owner")
		time.Sleep(1100 * time.Millisecond)
		u.call("GET", "/check-expiration", nil).want(t, 200, "true")
		u.call("GET", "/recipes", nil).want(t, 401)
	})
}

func cookieRules(t *testing.T, p *pantry) {
	u := p.newPerson(t)
	a := u.send("POST", p.url+"/api/set-cache", map[string]any{"UserID": u.uid, "AuthToken": u.idToken}, "Origin", p.url).want(t, 200)
	if strings.Contains(a.body, `"session"`) {
		t.Error("the handle is in the body beside the cookie")
	}
	set := a.header.Get("Set-Cookie")
	value, attributes, _ := strings.Cut(set, ";")
	if !strings.HasPrefix(value, "__session=") || attributes != " Path=/; Max-Age=604799; HttpOnly; SameSite=Lax" &&
		attributes != " Path=/; Max-Age=604798; HttpOnly; SameSite=Lax" && attributes != " Path=/; Max-Age=604800; HttpOnly; SameSite=Lax" {
		t.Errorf("Set-Cookie attributes are%s", attributes)
	}
	for header, want := range map[string]string{"Cache-Control": "private, no-store", "Vary": "Cookie, Authorization"} {
		if got := strings.Join(a.header.Values(header), ", "); !strings.Contains(got, want) {
			t.Errorf("%s = %q, want %q in it", header, got, want)
		}
	}
	soup := map[string]any{"title": "Soup"}
	u.send("POST", p.url+"/recipes", soup, "Cookie", value).want(t, 403, `"code":"origin_missing"`)
	u.send("POST", p.url+"/recipes", soup, "Cookie", value, "Origin", "https://evil.example").want(t, 403, `"code":"cross_origin"`)
	u.send("POST", p.url+"/recipes", soup, "Cookie", value, "Sec-Fetch-Site", "cross-site").want(t, 403)
	u.send("POST", p.url+"/recipes", soup, "Cookie", value, "Origin", p.url).want(t, 201)
	u.send("GET", p.url+"/check-expiration", nil, "Cookie", value+"; "+value).want(t, 400, `"code":"ambiguous_session"`)
	out := u.send("DELETE", p.url+"/set-cache", nil, "Cookie", value, "Origin", p.url).want(t, 204)
	if got := out.header.Get("Set-Cookie"); !strings.Contains(got, "__session=;") || !strings.Contains(got, "Max-Age=0") {
		t.Errorf("signing out sets %q", got)
	}
}

// sameOnEveryFunction: what cannot be a session is answered alike everywhere.
func sameOnEveryFunction(t *testing.T, p *pantry) {
	u := p.newPerson(t)
	u.open().want(t, 200)
	for _, path := range []string{"/set-cache", "/check-expiration", "/recipes", "/api/recipes"} {
		u.send("GET", p.url+path, nil, "Authorization", "Bearer "+u.session, "Cookie", "__session="+strings.Repeat("A", 9)).
			want(t, 400, `"code":"ambiguous_session"`)
		preflight := u.send("OPTIONS", p.url+path, nil, "Origin", "http://localhost:5173",
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type").want(t, 204)
		if got := preflight.header.Get("Access-Control-Allow-Origin"); got != "http://localhost:5173" {
			t.Errorf("%s: preflight allows %q", path, got)
		}
		a := u.send("GET", p.url+path+"/no/such/path", nil, "Authorization", "Bearer "+u.session, "Origin", "http://localhost:5173").want(t, 404)
		if got := a.header.Get("Access-Control-Allow-Origin"); got != "http://localhost:5173" {
			t.Errorf("%s: an error allows %q", path, got)
		}
		if got := a.header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s: an error is %q", path, got)
		}
	}
}
