package doctor

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"pantry.example/functions/checkexpiration"
)

// requestTimeout is the limit of one request. A cold start takes one second.
const requestTimeout = 8 * time.Second

// answered is the answer to one request.
type answered struct {
	status int
	header http.Header
	body   string
	code   string // of a problem document (RFC 9457), else ""
}

// html reports whether a web page came back.
func (a answered) html() bool {
	return strings.Contains(strings.ToLower(a.header.Get("Content-Type")), "text/html")
}

// allows reports whether a page of the origin can read the answer.
func (a answered) allows(origin string) bool {
	return a.header.Get("Access-Control-Allow-Origin") == origin && a.header.Get("Access-Control-Allow-Credentials") == "true"
}

func (v visitor) ask(ctx context.Context, method string, t target, origin string) (answered, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, t.url.String(), nil)
	if err != nil {
		return answered{}, err
	}
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	if method == http.MethodOptions {
		req.Header.Set("Access-Control-Request-Method", http.MethodPost)
		req.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
	}
	resp, err := v.client.Do(req)
	if err != nil {
		return answered{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return answered{}, err
	}
	a := answered{status: resp.StatusCode, header: resp.Header, body: string(body)}
	var problem struct{ Code string }
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") && json.Unmarshal(body, &problem) == nil {
		a.code = word(problem.Code)
	}
	return a, nil
}

// word returns a problem's code, or "?" if the text has not the form of a code.
func word(code string) string {
	if len(code) > 40 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "?"
	}
	return code
}

// unreachable reports why there is no answer.
func (r *report) unreachable(t target, err error) {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	host := t.url.Host
	r.judge(t.check(), []finding{
		{errors.As(err, &dns) && dns.IsNotFound, fail, "there is no host " + t.url.Hostname(), "Copy the URL from: gcloud functions describe " + t.name + " --gen2 --region=REGION"},
		{errors.Is(err, syscall.ECONNREFUSED), fail, "nothing listens at " + host, "Start it (go run ./functions/local), or correct the URL"},
		{errors.As(err, &cert), fail, "the certificate of " + host + " is not trusted", "Correct the URL; a domain of your own needs its certificate first"},
		{errors.Is(err, http.ErrSchemeMismatch), fail, host + " does not speak TLS", "Write http:// for a server on this machine"},
		{isTimeout(err), fail, "no answer from " + host + " in time", "Look at the function's log: gcloud functions logs read " + t.name + " --gen2 --region=REGION"},
		{true, fail, "the connection to " + host + " failed", "Check the URL and this machine's network"},
	}...)
}

// alive sends a request without a session. The right answer is true from check-expiration,
// and 401 from every other function.
func (r *report) alive(ctx context.Context, v visitor, t target) {
	origin := ""
	if len(v.origins) > 0 {
		origin = v.origins[0]
	}
	a, err := v.ask(ctx, http.MethodGet, t, origin)
	want, right := "asks for a session (401 "+a.code+")", a.status == http.StatusUnauthorized && a.code != ""
	if t.name == checkexpiration.Name {
		want, right = "answers true to a caller without a session", a.status == http.StatusOK && strings.TrimSpace(a.body) == "true"
	}
	switch {
	case err != nil:
		r.unreachable(t, err)
	case a.header.Get("X-Request-Id") == "": // a function sets it on every answer
		r.notTheFunction(t, a)
	case !right:
		r.unexpected(t, a, origin)
	case origin != "" && !a.allows(origin):
		r.fail(t.check(), "answers, and a page at "+origin+" cannot read the answer", deployOrigins)
	default:
		r.pass(t.check(), want)
	}
}

// notTheFunction explains an answer of Google's front end, or of another server.
func (r *report) notTheFunction(t target, a answered) {
	status := fmt.Sprint(a.status)
	r.judge(t.check(), []finding{
		{a.status == http.StatusForbidden || a.status == http.StatusUnauthorized, fail, "Google's IAM answers " + status + ", and the function never sees the call: a browser's preflight has no credentials", "Allow everyone to call it; it checks sessions itself: " +
			"gcloud run services add-iam-policy-binding " + t.name + " --region=REGION --member=allUsers --role=roles/run.invoker (where the organization forbids allUsers: gcloud run services update " + t.name + " --region=REGION --no-invoker-iam-check)"},
		{a.status == http.StatusNotFound, fail, "404, and not from the function: nothing is deployed at this URL, or its ingress is internal", "Copy the URL from: gcloud functions describe " + t.name + " --gen2 --region=REGION"},
		{a.status == http.StatusTooManyRequests || a.status >= http.StatusInternalServerError, fail, status + " before the function could answer: no instance started, or all were busy", "Look at the function's log: gcloud functions logs read " + t.name + " --gen2 --region=REGION"},
		{a.status >= 300 && a.status < 400, fail, "is redirected (" + status + ")", "Give the URL of the function itself: a function never redirects"},
		{a.status == http.StatusOK && a.html(), fail, "a web page answers in place of the function", "Put the rewrite of /api/" + t.name + " in firebase.json before the one of **, and deploy hosting"},
		{true, fail, "another server answers at this URL: " + status + " without X-Request-Id", "Correct the URL"},
	}...)
}

// unexpected explains a wrong answer of the function itself.
func (r *report) unexpected(t target, a answered, origin string) {
	logs := "gcloud functions logs read " + t.name + " --gen2 --region=REGION"
	r.judge(t.check(), []finding{
		{a.code == "cross_origin", fail, "the function refuses the origin " + origin, deployOrigins},
		{a.code == "not_configured", fail, "the function's configuration is wrong or incomplete (503)", "Its log names each such variable: " + logs},
		{a.status == http.StatusServiceUnavailable, fail, "the function cannot reach Redis, Firebase or Firestore (503 " + a.code + ")", "Its log says which: " + logs + "; go run ./functions/deploy doctor -project PROJECT -secret says why"},
		{a.status == http.StatusNotFound, fail, "the path does not lead to the function's root (404)", "Give the URL without anything after the function's name"},
		{a.status == http.StatusTooManyRequests, fail, "too many unknown sessions came from this address (429)", "Wait a minute"},
		{true, fail, fmt.Sprintf("answers %d, which %s never does here", a.status, t.name), "Is that URL another function's? Its log: " + logs},
	}...)
}

// mayCall checks with a preflight that a page of the origin may call. It reports only
// failures.
func (r *report) mayCall(ctx context.Context, v visitor, t target, origin string) {
	a, err := v.ask(ctx, http.MethodOptions, t, origin)
	if err != nil {
		r.unreachable(t, err)
		return
	}
	r.judge(t.preflight(), []finding{
		{a.status == http.StatusForbidden || a.status == http.StatusUnauthorized, fail, fmt.Sprintf("the preflight is refused (%d): a browser sends it without credentials", a.status), "Deploy with --allow-unauthenticated"},
		{a.status >= 300, fail, fmt.Sprintf("the preflight is answered %d", a.status), "What stands before the function must pass OPTIONS on"},
		{!a.allows(origin), fail, "the function does not know the origin " + origin, deployOrigins},
		{!strings.Contains(a.header.Get("Access-Control-Allow-Methods"), http.MethodPost), fail, "the preflight for POST does not allow it", "See whether something before the function answers OPTIONS"},
	}...)
}
