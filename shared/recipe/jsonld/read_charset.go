package jsonld

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

var declaredCharset = pattern(`(?i)charset\s*=\s*["']?\s*([a-z0-9_:-]{2,40})`)

// decodeText returns body as UTF-8. The encoding is that of the byte order mark, else UTF-8 if
// body is valid UTF-8, else the declared one, else windows-1252, as in a browser.
func decodeText(body []byte) string {
	enc := encodingOf(body)
	if enc == nil {
		return strings.ToValidUTF8(string(bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF"))), "\uFFFD")
	}
	text, _, err := transform.Bytes(enc.NewDecoder(), body)
	if err != nil {
		return strings.ToValidUTF8(string(body), "\uFFFD")
	}
	return strings.TrimPrefix(string(text), "\uFEFF")
}

// encodingOf returns nil for UTF-8.
func encodingOf(body []byte) encoding.Encoding {
	const escape = 0x1B // ISO-2022-JP has it, and else looks like ASCII
	switch {
	case bytes.HasPrefix(body, []byte{0xFF, 0xFE}):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(body, []byte{0xFE, 0xFF}):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case len(body) > 3 && body[1] == 0 && body[3] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case len(body) > 3 && body[0] == 0 && body[2] == 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case utf8.Valid(body) && bytes.IndexByte(body, escape) < 0:
		return nil
	}
	if m := declaredCharset().FindSubmatch(body[:min(len(body), 16<<10)]); m != nil {
		if enc, name := charset.Lookup(string(m[1])); enc != nil && name != "utf-8" && !strings.HasPrefix(name, "utf-16") {
			return enc
		}
		return nil
	}
	if mostlyUTF8(body) {
		return nil
	}
	return charmap.Windows1252
}

// mostlyUTF8 reports whether body has more characters above ASCII in UTF-8 than bytes that
// are not UTF-8. Such a text was cut inside a character, or made of several texts.
func mostlyUTF8(body []byte) bool {
	good, bad := 0, 0
	for len(body) > 0 {
		r, n := utf8.DecodeRune(body)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		body = body[n:]
	}
	return good > bad || good+bad == 0
}
