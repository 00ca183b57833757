package doctor

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"pantry.example/functions/checkexpiration"
)

// requestTimeout bounds one request; a cold start is one second.
const requestTimeout = 8 * time.Second

// answered is what came back.
type answered struct {
	status int
	header http.Header
	body   string
	code   string // of a problem document (RFC 9457), else ""
}

func ask(ctx context.Context, client *http.Client, method string, u *url.URL, origin string) (answered, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
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
	resp, err := client.Do(req)
	if err != nil {
		return answered{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return answered{}, err
	}
	a := answered{status: resp.StatusCode, header: resp.Header, body: string(body)}
	var problem struct {
		Code string `json:"code"`
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") && json.Unmarshal(body, &problem) == nil {
		a.code = problem.Code
	}
	return a, nil
}

func (r *report) unreachable(t target, err error) {
	var (
		dns     *net.DNSError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		unknown x509.UnknownAuthorityError
	)
	check := t.check("")
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		r.fail(check, "there is no host "+t.url.Hostname(), "Copy the URL from gcloud functions describe "+t.name+" --gen2 --region=REGION")
	case errors.Is(err, syscall.ECONNREFUSED):
		r.fail(check, "nothing listens at "+t.url.Host, "Start it (go run ./functions/local), or correct the URL")
	case errors.As(err, &name), errors.As(err, &invalid), errors.As(err, &unknown):
		r.fail(check, "the certificate of "+t.url.Host+" is not valid", "Correct the URL; a domain of your own needs its certificate first")
	case isTimeout(err):
		r.fail(check, "no answer from "+t.url.Host+" in time", "Look at the function's log: gcloud functions logs read "+t.name+" --gen2")
	default:
		r.fail(check, "the connection to "+t.url.Host+" failed", "Check the URL and this machine's network")
	}
}

// alive judges the answer to a GET without a session: check-expiration says true, the
// others ask for one.
func (r *report) alive(t target, a answered, origin string) bool {
	check, html := t.check(""), strings.Contains(strings.ToLower(a.header.Get("Content-Type")), "text/html")
	logs := "Look at the function's log: gcloud functions logs read " + t.name + " --gen2"
	switch {
	case t.name == checkexpiration.Name && a.status == http.StatusOK && strings.TrimSpace(a.body) == "true":
		r.pass(check, "answers true to a caller without a session")
		return true
	case t.name != checkexpiration.Name && a.status == http.StatusUnauthorized && a.code != "":
		return r.readable(t, a, origin)
	case a.status == http.StatusForbidden && a.code == "cross_origin":
		r.fail(check, "the function refuses the origin "+origin, deployOrigins)
	case (a.status == http.StatusForbidden || a.status == http.StatusUnauthorized) && a.code == "":
		r.fail(check, fmt.Sprintf("Google's IAM answers %d and the function never sees the call", a.status),
			"Deploy with --allow-unauthenticated, or: gcloud run services add-iam-policy-binding "+t.name+" --member=allUsers --role=roles/run.invoker. The functions check sessions themselves; where an organization forbids allUsers, ask for an exception to iam.allowedPolicyMemberDomains")
	case a.status == http.StatusServiceUnavailable && a.code != "":
		r.fail(check, "the function runs and cannot reach what it needs (503 "+word(a.code)+")", "The log names the variable or the server: gcloud functions logs read "+t.name+" --gen2")
	case a.status == http.StatusOK && html:
		r.fail(check, "a web page answers in place of the function", "Put the rewrite of /api/"+t.name+" in firebase.json before the one of **, and deploy hosting")
	case a.status == http.StatusNotFound:
		r.fail(check, "nothing is there (404)", "Correct region, project and name in the URL, or deploy "+t.name)
	case a.status >= 300 && a.status < 400:
		r.fail(check, fmt.Sprintf("is redirected (%d)", a.status), "Give the URL that it ends at: a preflight is not redirected")
	case a.status >= 500:
		r.fail(check, fmt.Sprintf("the instance does not start or has crashed (%d)", a.status), logs)
	default:
		r.fail(check, fmt.Sprintf("answers %d, which %s never does here", a.status, t.name), "Is that URL another function's? "+logs)
	}
	return false
}

// readable judges the headers of a 401: a page must be able to read it.
func (r *report) readable(t target, a answered, origin string) bool {
	if origin != "" && !originAllowed(a, origin) {
		r.fail(t.check(""), "asks for a session, and a page at "+origin+" cannot read that", deployOrigins)
		return true // it is alive; the preflights say it of each origin
	}
	r.pass(t.check(""), "asks for a session (401 "+word(a.code)+")")
	return true
}

func originAllowed(a answered, origin string) bool {
	return a.header.Get("Access-Control-Allow-Origin") == origin && a.header.Get("Access-Control-Allow-Credentials") == "true"
}

func (r *report) preflight(ctx context.Context, client *http.Client, t target, origin string) {
	a, err := ask(ctx, client, http.MethodOptions, t.url, origin)
	check := t.check("-preflight")
	switch {
	case err != nil:
		r.unreachable(t, err)
	case a.status == http.StatusForbidden || a.status == http.StatusUnauthorized:
		r.fail(check, fmt.Sprintf("the preflight is refused (%d): a browser sends it without credentials", a.status), "Deploy with --allow-unauthenticated")
	case a.status >= 300:
		r.fail(check, fmt.Sprintf("the preflight is answered %d", a.status), "Whatever is before the function must pass OPTIONS on")
	case !originAllowed(a, origin):
		r.fail(check, "the function does not know the origin "+origin, deployOrigins)
	case !strings.Contains(a.header.Get("Access-Control-Allow-Methods"), http.MethodPost):
		r.fail(check, "the preflight for POST does not allow it", "Is something before the function answering OPTIONS?")
	}
}

// word is a problem's code when it is one.
func word(code string) string {
	if len(code) > 40 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "?"
	}
	return code
}
