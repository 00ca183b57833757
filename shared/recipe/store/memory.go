package store

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"pantry.example/shared/recipe"
)

// Memory is a Store in the memory of the process, for tests and the local runner. Its
// recipes are lost when the process ends, unless Keep saves them.
type Memory struct {
	engine
	backend *memoryBackend
}

var _ recipe.Store = (*Memory)(nil)

// NewMemory returns an empty Memory.
func NewMemory(options ...Option) *Memory {
	m := &memoryBackend{users: make(map[string]map[string]*document)}
	s := &Memory{newEngine(m, options), m}
	m.now = s.currentTime
	return s
}

// memoryBackend holds the documents of each user by id.
type memoryBackend struct {
	mu    sync.RWMutex
	users map[string]map[string]*document
	now   func() time.Time
	save  func(uid string, recipes []byte) error // of Keep; may be nil
}

func (m *memoryBackend) get(ctx context.Context, uid, id string) (*document, error) {
	if err := check(ctx, uid); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	d := m.users[uid][id]
	if d == nil {
		return nil, recipe.ErrNotFound
	}
	return d, nil
}

func (m *memoryBackend) create(ctx context.Context, uid string, d *document) error {
	return m.put(ctx, uid, nil, d)
}

func (m *memoryBackend) replace(ctx context.Context, uid string, old, d *document) error {
	return m.put(ctx, uid, old, d)
}

// put stores d if old is stored now, or nothing when old is nil.
func (m *memoryBackend) put(ctx context.Context, uid string, old, d *document) error {
	if err := check(ctx, uid); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	docs := m.users[uid]
	if docs[d.ID] != old {
		return errConflict
	}
	if docs == nil {
		docs = make(map[string]*document)
		m.users[uid] = docs
	}
	docs[d.ID] = d
	if d.State == recipe.Trashed { // expired documents go when another one is trashed
		for id, other := range docs {
			if other.expired(m.now()) {
				delete(docs, id)
			}
		}
	}
	return m.saveUser(uid, func() {
		if docs[d.ID] = old; old == nil {
			delete(docs, d.ID)
		}
	})
}

func (m *memoryBackend) query(ctx context.Context, uid string, p plan, after *position, limit int, _ fieldMask) ([]*document, bool, error) {
	if err := check(ctx, uid); err != nil {
		return nil, false, err
	}
	found := m.find(uid, p, after)
	slices.SortFunc(found, func(a, b *document) int {
		return p.order.compare(a.position(p.order), b.position(p.order))
	})
	bytes := 0
	for i, d := range found {
		if i == limit || bytes > maxBytes {
			return found[:i], true, nil
		}
		bytes += d.bytes
	}
	return found, len(found) == limit, nil
}

// find returns the documents of p that follow the position after, unordered.
func (m *memoryBackend) find(uid string, p plan, after *position) []*document {
	m.mu.RLock()
	defer m.mu.RUnlock()
	docs := m.users[uid]
	found := make([]*document, 0, min(len(docs), recipe.DefaultPageSize))
	for _, d := range docs {
		if p.finds(d) && (after == nil || p.order.compare(d.position(p.order), *after) > 0) {
			found = append(found, d)
		}
	}
	return found
}

// finds reports whether d is one of p's documents.
func (p plan) finds(d *document) bool {
	// Every active recipe has termAll. This way its terms need not be read.
	every := p.term == "" || p.term == termAll && d.State == recipe.Active
	if !every && !slices.Contains(d.terms, p.term) {
		return false
	}
	if p.least == nil {
		return true
	}
	o := order{field: p.least.field}
	c := o.compare(position{key: d.position(o).key}, position{key: p.least.value})
	return c > 0 || c == 0 && !p.least.strict
}

func (m *memoryBackend) count(ctx context.Context, uid string, p plan, limit int) (int, error) {
	if err := check(ctx, uid); err != nil {
		return 0, err
	}
	n := len(m.find(uid, p, nil))
	if limit > 0 {
		n = min(n, limit)
	}
	return n, nil
}

func (m *memoryBackend) remove(ctx context.Context, uid string, old *document) error {
	if err := check(ctx, uid); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.users[uid][old.ID] != old {
		return errConflict
	}
	delete(m.users[uid], old.ID)
	return m.saveUser(uid, func() { m.users[uid][old.ID] = old })
}

func (m *memoryBackend) removeAll(ctx context.Context, uid string, p plan, after *position, limit int, unchanged bool) (*position, bool, error) {
	docs, more, err := m.query(ctx, uid, p, after, limit, fieldMask{})
	if err != nil || len(docs) == 0 {
		return nil, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	before := maps.Clone(m.users[uid])
	for _, d := range docs {
		if !unchanged || m.users[uid][d.ID] == d {
			delete(m.users[uid], d.ID)
		}
	}
	last := docs[len(docs)-1].position(p.order)
	return &last, more, m.saveUser(uid, func() { m.users[uid] = before })
}

func check(ctx context.Context, uid string) error {
	if err := checkUID(uid); err != nil {
		return err
	}
	return ctx.Err()
}
