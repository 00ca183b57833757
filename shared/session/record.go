package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"hash/maphash"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// record is the value of a field s:<id>. Its text is
//
//	1.<created ms>.<expires ms>.<auth time s>.<device, base64url>.<token, sealed, base64url>
//
// The part before the last dot is the header. It can be read without the handle, to list and
// remove sessions. It is additional data of the seal, so a record whose header was changed
// does not open.
type record struct {
	created, expires, authTime time.Time
	device                     string
	token                      string // the Firebase session cookie
}

const recordVersion = "1"

var errRecord = errors.New("session record cannot be read")

func (r record) header() string {
	return strings.Join([]string{
		recordVersion, millis(r.created), millis(r.expires),
		strconv.FormatInt(r.authTime.Unix(), 10), encoding.EncodeToString([]byte(r.device)),
	}, ".")
}

// seal returns the record's text. Only the handle opens it again.
func (r record) seal(h Handle) (string, error) {
	aead, err := h.cipher()
	if err != nil {
		return "", err
	}
	header := r.header()
	sealed := aead.Seal(nil, nil, []byte(r.token), h.additional(header)) //nolint:gosec // this cipher makes the nonce
	return header + "." + encoding.EncodeToString(sealed), nil
}

// opened is a record that a handle has opened. It is remembered, so that the key is not
// derived for each request. A request reads Redis first, and looks here for that very text.
type opened struct {
	record                // without the token
	verified atomic.Int64 // when the verified token expires, in Unix ms; 0 before it was verified
	touched  atomic.Int64 // when this instance last wrote its use, in Unix ms
}

// recordKey identifies an opened record: the handle that opened it, and a hash of its text.
// The hash has 64 bits and a random seed, so nobody can choose two texts with the same hash.
// A text that has it by chance would get the record of the first text.
type recordKey struct {
	handle Handle
	text   uint64
}

var recordSeed = maphash.MakeSeed()

// open reads a record and the token sealed in it.
func (h Handle) open(text string) (record, error) {
	dot := strings.LastIndexByte(text, '.')
	if dot < 0 {
		return record{}, errRecord
	}
	r, err := parseHeader(text[:dot])
	if err != nil {
		return record{}, err
	}
	sealed, err := encoding.DecodeString(text[dot+1:])
	if err != nil {
		return record{}, errRecord
	}
	aead, err := h.cipher()
	if err != nil {
		return record{}, err
	}
	token, err := aead.Open(nil, nil, sealed, h.additional(text[:dot]))
	if err != nil {
		return record{}, errRecord
	}
	r.token = string(token)
	return r, nil
}

// lastMilli is the end of the year 9999. encoding/json writes no later time.
const lastMilli = 253402300799999

// parseHeader reads a header. Only open checks that nobody changed it.
func parseHeader(header string) (record, error) {
	parts := strings.Split(header, ".")
	if len(parts) != 5 || parts[0] != recordVersion {
		return record{}, errRecord
	}
	created, err1 := strconv.ParseInt(parts[1], 10, 64)
	expires, err2 := strconv.ParseInt(parts[2], 10, 64)
	authTime, err3 := strconv.ParseInt(parts[3], 10, 64)
	device, err4 := encoding.DecodeString(parts[4])
	if errors.Join(err1, err2, err3, err4) != nil || created < 0 || created > expires || expires > lastMilli {
		return record{}, errRecord
	}
	return record{
		created: time.UnixMilli(created), expires: time.UnixMilli(expires),
		authTime: time.Unix(authTime, 0), device: string(device),
	}, nil
}

// cipher returns AES-256-GCM with random nonces. Its key is derived from the handle's secret
// (HKDF-SHA256, RFC 5869). A handle seals one record, so the key is used once.
func (h Handle) cipher() (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, h.secret[:], nil, "pantry session record v1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// additional is the additional data of the seal: the user, the session and the header.
func (h Handle) additional(header string) []byte {
	return []byte(encoding.EncodeToString([]byte(h.uid)) + "." + h.id + "." + header)
}

// session returns the record as a Session. seen is the value of the field t:<id>, or "".
func (r record) session(uid, id, seen string) Session {
	s := Session{
		UID: uid, ID: id, Device: r.device,
		Created: r.created.UTC(), Expires: r.expires.UTC(), AuthTime: r.authTime.UTC(), LastSeen: r.created.UTC(),
	}
	if ms, err := strconv.ParseInt(seen, 10, 64); err == nil && ms <= r.expires.UnixMilli() {
		s.LastSeen = time.UnixMilli(ms).UTC()
	}
	return s
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
