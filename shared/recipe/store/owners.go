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

// Owners yields the uid of every user who has recipes, trashed ones too, in no order. It is for operators: no request
// of a user asks for it. It ends after the first error. 1 read for each owner.
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

func (m *memory) owners(ctx context.Context, _ string) (uids []string, next string, _ error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for uid, docs := range m.users {
		if len(docs) > 0 {
			uids = append(uids, uid)
		}
	}
	return uids, "", ctx.Err()
}

// owners lists documents that do not exist: users/{uid} is only the parent of recipes.
func (c *cloud) owners(ctx context.Context, token string) (uids []string, next string, _ error) {
	rpc, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var refs []*firestore.DocumentRef
	next, err := iterator.NewPager(c.client.Collection("users").DocumentRefs(rpc), ownersPage, token).NextPage(&refs)
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

// ownerOf turns what ownerPath returned into the uid again.
func ownerOf(name string) string {
	if strings.HasPrefix(name, "%.") || strings.HasPrefix(name, "%__") {
		name = name[1:]
	}
	return strings.NewReplacer("%25", "%", "%2F", "/").Replace(name)
}
