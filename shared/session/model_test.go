package session_test

import (
	"cmp"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"pantry.example/shared/identity"
	"pantry.example/shared/session"
)

// TestModel runs random steps on two instances over one Redis. After each step it compares
// the open sessions with a model.
func TestModel(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		rapid.Check(t, func(rt *rapid.T) {
			w := newWorld(t, rdb)
			wire := &refusing{Client: rdb, err: errors.New("READONLY a replica"), off: true}
			m := &model{T: rt, w: w, uid: user(w), wire: wire}
			for range 2 {
				m.instances = append(m.instances, w.cacheOf(wire, project, key))
			}
			rt.Repeat(map[string]func(*rapid.T){
				"":                   m.check,
				"sign in":            m.signIn,
				"vouched sign-in":    m.vouchedSignIn,
				"late sign-in":       m.lateSignIn,
				"request":            m.request,
				"request, no writes": m.requestWithoutWrites,
				"close":              m.close,
				"close others":       m.closeOthers,
				"close all":          m.closeAll,
				"time":               func(rt *rapid.T) { w.pass(time.Duration(rapid.IntRange(0, 8*60*60).Draw(rt, "seconds")) * time.Second) },
				"disable or enable":  m.disable,
				"Redis loses data":   m.restart,
				"a session too many": m.fill,
			})
		})
	})
}

// model says which sessions must be open.
type model struct {
	*rapid.T
	w         *world
	uid       string
	instances []*session.Cache
	wire      *refusing

	open     []*device
	ended    []*device
	disabled bool
	before   *session.SignIn // a sign-in older than the last CloseAll
}

type device struct {
	handle  session.Handle
	session session.Session
	seen    time.Time
}

func (m *model) instance() *session.Cache {
	return rapid.SampledFrom(m.instances).Draw(m.T, "instance")
}

// alive moves devices that have timed out to the ended ones. It returns the open ones.
func (m *model) alive() []*device {
	now := m.w.clock()
	m.open = slices.DeleteFunc(m.open, func(d *device) bool {
		over := !now.Before(d.session.Expires) || !now.Before(d.seen.Add(idle))
		if over {
			m.ended = append(m.ended, d)
		}
		return over
	})
	return m.open
}

// end moves the devices that gone reports to the ended ones.
func (m *model) end(gone func(*device) bool) {
	m.open = slices.DeleteFunc(m.open, func(d *device) bool {
		if gone(d) {
			m.ended = append(m.ended, d)
		}
		return gone(d)
	})
}

// any draws a device, open or ended. It skips the step when there is none.
func (m *model) any() (d *device, open bool) {
	all := slices.Concat(m.alive(), m.ended)
	if len(all) == 0 {
		m.Skip("no session yet")
	}
	d = all[rapid.IntRange(0, len(all)-1).Draw(m.T, "device")]
	return d, slices.Contains(m.open, d) && !m.disabled
}

func (m *model) want(what string, err error, wants ...error) {
	m.Helper()
	for _, want := range wants {
		if errors.Is(err, want) {
			return
		}
	}
	if err != nil || len(wants) > 0 {
		m.Fatalf("%s: got %v, want %v", what, err, wants)
	}
}

func (m *model) signed() session.SignIn {
	m.w.pass(1100 * time.Millisecond) // stays below the limit of sign-ins a minute
	in := m.w.signed(m.uid)
	in.State.Disabled = m.disabled
	return in
}

func (m *model) signIn(*rapid.T) { m.add(m.signed()) }

// add opens a session. Over the limit, the least recently used one ends.
func (m *model) add(in session.SignIn) {
	h, s, err := m.instance().Open(m.w.t.Context(), in)
	if m.disabled {
		m.want("Open of a disabled user", err, session.ErrStaleSignIn)
		return
	}
	m.want("Open", err)
	m.alive()
	slices.SortFunc(m.open, func(a, b *device) int {
		return cmp.Or(a.seen.Compare(b.seen), cmp.Compare(a.session.ID, b.session.ID))
	})
	for len(m.open) >= session.MaxSessions {
		m.ended, m.open = append(m.ended, m.open[0]), m.open[1:]
	}
	m.open = append(m.open, &device{h, s, s.Created})
}

func (m *model) fill(*rapid.T) {
	for range session.MaxSessions + 1 {
		m.add(m.signed())
	}
}

func (m *model) vouchedSignIn(*rapid.T) {
	d, _ := m.any()
	in := m.signed()
	in.Replaces, in.Voucher = &d.handle, &d.session
	if slices.Contains(m.alive(), d) && !m.disabled {
		m.end(func(o *device) bool { return o == d })
		m.add(in)
		if got := m.open[len(m.open)-1].session; got.Expires.After(d.session.Expires) {
			m.Fatalf("the new session ends at %v, after the one that vouched, %v", got.Expires, d.session.Expires)
		}
		return
	}
	_, _, err := m.instance().Open(m.w.t.Context(), in)
	m.want("Open with a voucher that is not open", err, session.ErrNotVouched, session.ErrStaleSignIn)
}

func (m *model) lateSignIn(*rapid.T) {
	if m.before == nil {
		m.Skip("there was no CloseAll yet")
	}
	_, _, err := m.instance().Open(m.w.t.Context(), *m.before)
	m.want("Open with a sign-in from before", err, session.ErrStaleSignIn)
}

func (m *model) request(*rapid.T) {
	d, open := m.any()
	s, err := m.instance().Authenticate(m.w.t.Context(), d.handle)
	if !open {
		m.want("Authenticate", err, session.ErrNoSession)
		return
	}
	m.want("Authenticate", err)
	if m.w.clock().Sub(d.seen) >= 5*time.Minute {
		d.seen = m.w.clock()
	}
	if !s.LastSeen.Equal(d.seen) {
		m.Fatalf("last seen at %v, want %v", s.LastSeen, d.seen)
	}
}

func (m *model) requestWithoutWrites(*rapid.T) {
	d, open := m.any()
	m.wire.off = false
	_, err := m.instance().Authenticate(m.w.t.Context(), d.handle)
	m.wire.off = true
	m.w.pass(11 * time.Second) // until notes are tried again
	if open {
		m.want("Authenticate while Redis takes no writes", err)
		return
	}
	m.want("Authenticate while Redis takes no writes", err, session.ErrNoSession)
}

func (m *model) close(*rapid.T) {
	d, _ := m.any()
	m.want("Close", m.instance().Close(m.w.t.Context(), m.uid, d.session.ID))
	m.end(func(o *device) bool { return o == d })
}

func (m *model) closeOthers(*rapid.T) {
	d, open := m.any()
	if !open {
		m.Skip("its session is not open")
	}
	m.want("CloseOthers", m.instance().CloseOthers(m.w.t.Context(), d.session))
	m.end(func(o *device) bool { return o != d })
}

func (m *model) closeAll(*rapid.T) {
	before := m.w.signed(m.uid)
	m.want("CloseAll", m.instance().CloseAll(m.w.t.Context(), m.uid))
	m.end(func(*device) bool { return true })
	m.before = &before
}

// disable also waits until the old answer of Firebase is too old.
func (m *model) disable(*rapid.T) {
	m.disabled = !m.disabled
	m.w.say(m.uid, identity.State{Disabled: m.disabled})
	m.w.pass(maxAge)
}

func (m *model) restart(*rapid.T) {
	m.want("Del", m.w.rdb.Del(m.w.t.Context(), "user:"+project+":"+m.uid).Err())
	m.end(func(*device) bool { return true })
	m.before = nil
}

// check asks about every open session, and about the last ones that ended.
func (m *model) check(*rapid.T) {
	m.alive()
	for _, instance := range m.instances {
		for _, d := range slices.Concat(m.open, m.ended[max(0, len(m.ended)-15):]) {
			_, err := instance.Check(m.w.t.Context(), d.handle)
			if slices.Contains(m.open, d) && !m.disabled {
				m.want("Check", err)
			} else {
				m.want("Check", err, session.ErrNoSession)
			}
		}
	}
	listed, err := m.instances[0].List(m.w.t.Context(), m.uid)
	m.want("List", err)
	want := len(m.open)
	if m.disabled {
		want = 0
	}
	if len(listed) != want {
		m.Fatalf("%d sessions are listed, want %d", len(listed), want)
	}
}
