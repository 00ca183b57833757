package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/iterator"
)

// ownersPage is how many owners one request to Firestore lists.
const ownersPage = 300

// Owners yields the uid of every user who has recipes, trashed ones included, in no order.
// It is for operators, and no request of a user calls it. It ends after the first error.
// It costs 1 read for each owner.
func (e *engine) Owners(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for token, more := "", true; more; more = token != "" {
			var uids []string
			var err error
			if uids, token, err = e.b.owners(ctx, token); err != nil {
				yield("", fmt.Errorf("list the owners of recipes: %w", err))
				return
			}
			for _, uid := range uids {
				if !yield(uid, nil) {
					return
				}
			}
		}
	}
}

func (m *memoryBackend) owners(ctx context.Context, _ string) (uids []string, next string, _ error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for uid, docs := range m.users {
		if len(docs) > 0 {
			uids = append(uids, uid)
		}
	}
	return uids, "", ctx.Err()
}

// owners asks for missing documents too: users/{uid} does not exist, it is only the parent
// of recipes.
func (b *firestoreBackend) owners(ctx context.Context, token string) (uids []string, next string, _ error) {
	rpc, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	var refs []*firestore.DocumentRef
	next, err := iterator.NewPager(b.client.Collection("users").DocumentRefs(rpc), ownersPage, token).NextPage(&refs)
	if err != nil {
		return nil, "", failure(ctx, err)
	}
	for _, ref := range refs {
		uid := ownerOf(ref.ID)
		if path, err := ownerPath(uid); err != nil || path != ref.ID {
			return nil, "", errors.New("the document users/" + ref.ID + " was not made by Pantry")
		}
		uids = append(uids, uid)
	}
	return uids, next, nil
}

// ownerOf returns the uid of which ownerPath made name.
func ownerOf(name string) string {
	if strings.HasPrefix(name, "%.") || strings.HasPrefix(name, "%__") {
		name = name[1:]
	}
	return strings.NewReplacer("%25", "%", "%2F", "/").Replace(name)
}
