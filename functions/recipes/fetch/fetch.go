// Package fetch gets the web page at an address that a user sent. The address must not lead
// to anything that only this server can reach: other servers of the project, the metadata
// server of Google Cloud, or this machine (https://cheatsheetseries.owasp.org, Server-Side
// Request Forgery Prevention).
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"code.dny.dev/ssrf"
	"golang.org/x/net/html/charset"
)

const (
	// Timeout bounds one fetch with all its redirects.
	Timeout = 10 * time.Second
	// MaxBytes bounds a page after decompression.
	MaxBytes = 4 << 20
	// MaxRedirects bounds the redirects of one fetch.
	MaxRedirects = 5
	// UserAgent names Pantry to the site, which can refuse it.
	UserAgent = "Pantry/1.0 (recipe import, on behalf of one user)"

	maxHeaderBytes = 64 << 10
)

// The errors of Fetcher.Page. Their texts are for the person who sent the address. They never
// repeat it.
var (
	// ErrNotAllowed: the address, or one to which it redirects, is not allowed.
	ErrNotAllowed = errors.New("only http and https addresses of public web sites can be imported, on their usual ports")
	// ErrUnreachable: no page came from the address.
	ErrUnreachable = errors.New("the page cannot be fetched")
	// ErrTooLarge: the page has more than MaxBytes.
	ErrTooLarge = errors.New("the page has more than 4 MiB")

	errRedirects = fmt.Errorf("%w: it redirects more than %d times", ErrUnreachable, MaxRedirects)
)

// Page is a fetched page.
type Page struct {
	// URL is the address of the page, after redirects.
	URL string
	// Text is UTF-8 when Content-Type names a charset. Else it has the charset of the page.
	Text []byte
}

// Fetcher fetches pages. It is safe for concurrent use.
type Fetcher struct{ client http.Client }

// New returns a Fetcher for public web sites. It sends no cookies and no credentials,
// uses no proxy, and keeps no connection.
func New() *Fetcher {
	// Control checks each address that is dialled, after the name was resolved. So a name
	// server that changes its answer gains nothing.
	dialer := net.Dialer{Control: ssrf.New().Safe}
	return newFetcher(dialer.DialContext)
}

func newFetcher(dial func(ctx context.Context, network, address string) (net.Conn, error)) *Fetcher {
	return &Fetcher{client: http.Client{
		Transport: &http.Transport{
			DialContext:            dial,
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: maxHeaderBytes,
		},
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if len(via) > MaxRedirects {
				return errRedirects
			}
			next.Header.Del("Referer")
			return checkURL(next.URL)
		},
	}}
}

// Page fetches the page at an address.
func (f *Fetcher) Page(ctx context.Context, address string) (Page, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return Page{}, ErrNotAllowed
	}
	if err := checkURL(u); err != nil {
		return Page{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Page{}, ErrNotAllowed
	}
	req.Header.Set("User-Agent", UserAgent)
	req.Header.Set("Accept", "text/html, application/xhtml+xml, application/ld+json;q=0.9, application/json;q=0.8")
	resp, err := f.client.Do(req)
	if err != nil {
		return Page{}, reason(ctx, err)
	}
	defer resp.Body.Close()
	if err := checkAnswer(resp); err != nil {
		return Page{}, err
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, MaxBytes+1))
	switch {
	case err != nil:
		return Page{}, reason(ctx, err)
	case len(text) > MaxBytes:
		return Page{}, ErrTooLarge
	}
	at := *resp.Request.URL
	at.Fragment, at.RawFragment = "", ""
	return Page{URL: at.String(), Text: decode(text, resp.Header.Get("Content-Type"))}, nil
}

// checkURL refuses URLs that are not of the public web. Whether the host is public is checked
// when it is dialled.
func checkURL(u *url.URL) error {
	web := u.Scheme == "http" || u.Scheme == "https"
	port := u.Port() == "" || u.Port() == "80" || u.Port() == "443"
	if !web || !port || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return ErrNotAllowed
	}
	return nil
}

// reason returns the error of a failed fetch. It leaves out the error of net/http, which
// names addresses.
func reason(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errRedirects):
		return errRedirects
	case errors.Is(err, ErrNotAllowed), errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedPort), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return ErrNotAllowed
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%w: it took longer than %d seconds", ErrUnreachable, Timeout/time.Second)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fmt.Errorf("%w: its server did not answer as a web server does", ErrUnreachable)
}

// checkAnswer refuses an answer that is not a page.
func checkAnswer(resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: its server answered %d", ErrUnreachable, resp.StatusCode)
	}
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	pages := []string{"", "text/html", "application/xhtml+xml", "application/ld+json", "application/json", "text/plain"}
	if !slices.Contains(pages, mediaType) || resp.Header.Get("Content-Encoding") != "" {
		return fmt.Errorf("%w: what its server sent is not a web page", ErrUnreachable)
	}
	return nil
}

// decode returns text in UTF-8, if contentType names another charset and text is not UTF-8.
// The reader of the page handles the charset that the page declares.
func decode(text []byte, contentType string) []byte {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil || params["charset"] == "" {
		return text
	}
	enc, name := charset.Lookup(params["charset"])
	if enc == nil || name == "utf-8" || utf8.Valid(text) && name != "iso-2022-jp" {
		return text
	}
	decoded, err := enc.NewDecoder().Bytes(text)
	if err != nil {
		return text
	}
	return decoded
}
