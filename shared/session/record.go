package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// record is the value of a field s:<id>. Its text is
//
//	1.<created ms>.<expires ms>.<auth time s>.<device, base64url>.<token, sealed, base64url>
//
// The part before the last dot can be read without the handle, to list and prune
// sessions; it is bound to the seal as additional data, so that whoever changes it
// makes the record unreadable to its owner.
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
	sealed := aead.Seal(nil, nil, []byte(r.token), h.bind(header)) //nolint:gosec // the cipher makes its own nonce and wants none
	return header + "." + encoding.EncodeToString(sealed), nil
}

// opened is a record that a handle opened, kept so that its key need not be derived
// again. Redis is read all the same: only what still stands there is looked for here.
type opened struct {
	record                // without the token
	verified atomic.Int64 // until when the token's verification holds, in Unix ms; 0 when it was not verified
	touched  atomic.Int64 // when this instance last noted its use, in Unix ms
}

const hashSize = sha256.Size

// hash names an opened record: this very text, opened by this very handle.
func (h Handle) hash(text string) [hashSize]byte {
	sum := sha256.New()
	sum.Write(h.secret[:])
	sum.Write(h.mac[:]) // it stands for the uid
	sum.Write([]byte(text))
	return [hashSize]byte(sum.Sum(nil))
}

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
	token, err := aead.Open(nil, nil, sealed, h.bind(text[:dot]))
	if err != nil {
		return record{}, errRecord
	}
	r.token = string(token)
	return r, nil
}

// lastMilli is the end of the year 9999, past which no time can be written as JSON.
const lastMilli = 253402300799999

// parseHeader reads what is legible of a record. Whether it is true only open tells.
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

// cipher returns AES-256-GCM with a random nonce under a key that only the handle's
// secret yields (HKDF-SHA256, RFC 5869). A handle seals one record, so the key is used
// once.
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

// bind ties a sealed token to its owner, its session and the legible part.
func (h Handle) bind(header string) []byte {
	return []byte(encoding.EncodeToString([]byte(h.uid)) + "." + h.id + "." + header)
}

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
