package smoke

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
)

// notTheFunction explains an answer without X-Request-Id, which a function puts on
// every answer: Google's front end, or whatever else is at the address, gave this one.
func notTheFunction(t target, a answer) error {
	switch {
	case a.status == http.StatusForbidden || a.status == http.StatusUnauthorized:
		return fmt.Errorf("%d from Google's access control (IAM), not from the function: it is not public.\n"+
			"A browser's preflight carries no credentials, so everyone must be allowed to call it; the function checks sessions itself:\n"+
			"  gcloud run services add-iam-policy-binding %s --region=REGION --member=allUsers --role=roles/run.invoker\n"+
			"Where the organization forbids allUsers (constraints/iam.allowedPolicyMemberDomains):\n"+
			"  gcloud run services update %s --region=REGION --no-invoker-iam-check", a.status, t.name, t.name)
	case a.status == http.StatusNotFound:
		return fmt.Errorf("404, and not from the function: nothing is deployed at this URL, or its ingress is internal.\n"+
			"  gcloud functions describe %s --region=REGION --format='value(serviceConfig.uri)'\ntells where it is", t.name)
	case a.status == http.StatusTooManyRequests || a.status >= http.StatusInternalServerError:
		return fmt.Errorf("%d before the function could answer: no instance started or all were busy.\n"+
			"  gcloud functions logs read %s --region=REGION\ntells why", a.status, t.name)
	case a.status >= 300 && a.status < 400:
		return fmt.Errorf("%d, a redirect to elsewhere: functions never redirect, so the URL is another server's", a.status)
	}
	return fmt.Errorf("%d without X-Request-Id: another server answers at this URL", a.status)
}

// unexpected explains the function's own answer.
func unexpected(a answer, want string) error {
	var p problem
	_ = json.Unmarshal([]byte(a.body), &p) // what is no problem document has no code
	text := fmt.Sprintf("the function answered %d, not %s (request %q)", a.status, want, a.header.Get("X-Request-Id"))
	switch {
	case a.status == http.StatusServiceUnavailable && p.Code == "not_configured":
		text += ".\nIts configuration is wrong or incomplete; its log names every such variable"
	case a.status == http.StatusServiceUnavailable:
		text += ".\nIt cannot reach Redis, Firebase or Firestore: its log says which, and go run ./functions/deploy doctor why"
	case a.status == http.StatusNotFound:
		text += ".\nThe path does not reach the function's root: give the URL without anything behind its name"
	case a.status == http.StatusTooManyRequests:
		text += ".\nToo many unknown sessions came from this address: wait a minute"
	}
	return errors.New(text)
}

// unreachable explains why there is no answer.
func unreachable(err error) error {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var wrapped *url.Error
	if errors.As(err, &wrapped) && wrapped.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in time: the function hangs at its start, or a firewall drops the packets")
	}
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("the name %s is unknown (DNS): the URL is mistyped, or the function was never deployed there", dns.Name)
	case errors.As(err, &cert):
		return fmt.Errorf("TLS: the server's certificate is not trusted (%w): a proxy on the way opens the connection, or a domain's certificate is not ready yet", cert.Err)
	case errors.Is(err, http.ErrSchemeMismatch):
		return errors.New("TLS: the server does not speak it: write http:// for a server on this machine")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("the connection was refused: nothing listens at this address")
	}
	if wrapped != nil {
		err = wrapped.Err
	}
	return fmt.Errorf("no answer: %w", err)
}
