package store

import (
	"context"
	"errors"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/iterator"
)

// build returns p as a query of recipes. It is the only place that makes queries. The
// indexes must serve every query that it can make.
func (p plan) build(recipes *firestore.CollectionRef) firestore.Query {
	q := recipes.Query
	if p.term != "" {
		q = q.Where("terms", "array-contains", p.term)
	}
	if p.least != nil {
		op := ">="
		if p.least.strict {
			op = ">"
		}
		q = q.Where(column(p.least.field), op, p.least.value)
	}
	dir := firestore.Asc
	if p.order.desc {
		dir = firestore.Desc
	}
	if p.order.field != byID.order.field {
		q = q.OrderBy(column(p.order.field), dir)
	}
	return q.OrderBy(firestore.DocumentID, dir)
}

// column is the field of a document that holds the key of an order.
func column(field string) string {
	if field == "title" {
		return "titleKey"
	}
	return field
}

// startAfter returns the part of q that follows a position.
func (p plan) startAfter(q firestore.Query, after *position) firestore.Query {
	switch {
	case after == nil || after.id == "":
		return q
	case p.order.field == byID.order.field:
		return q.StartAfter(after.id)
	}
	return q.StartAfter(after.key, after.id)
}

func (b *firestoreBackend) query(ctx context.Context, uid string, p plan, after *position, limit int, mask fieldMask) ([]*document, bool, error) {
	recipes, err := b.recipes(uid)
	if err != nil {
		return nil, false, err
	}
	rpc, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel() // also ends a stream that is not read to its end
	it := p.startAfter(p.build(recipes), after).Select(mask.columns()...).Limit(limit).Documents(rpc)
	defer it.Stop()
	var docs []*document
	for bytes := 0; bytes <= maxBytes; {
		snap, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return docs, len(docs) == limit, nil
		}
		if err != nil {
			return nil, false, failure(ctx, err)
		}
		d, err := read(snap)
		if err != nil {
			return nil, false, err
		}
		docs = append(docs, d)
		bytes += d.bytes
	}
	return docs, true, nil
}

func (b *firestoreBackend) count(ctx context.Context, uid string, p plan, limit int) (int, error) {
	recipes, err := b.recipes(uid)
	if err != nil {
		return 0, err
	}
	q := p.build(recipes)
	if limit > 0 {
		q = q.Limit(limit)
	}
	rpc, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	result, err := q.NewAggregationQuery().WithCount("n").Get(rpc)
	if err != nil {
		return 0, failure(ctx, err)
	}
	var total struct {
		N int `firestore:"n"`
	}
	if err := result.DataTo(&total); err != nil {
		return 0, failure(ctx, err)
	}
	return total.N, nil
}

// removeAll reads only the names and the positions of the documents. Then a BulkWriter
// deletes them, 20 in a request. One transaction could not: the index entries of 500
// documents are more than it may change.
func (b *firestoreBackend) removeAll(ctx context.Context, uid string, p plan, after *position, limit int, unchanged bool) (*position, bool, error) {
	recipes, err := b.recipes(uid)
	if err != nil {
		return nil, false, err
	}
	var place []string
	if p.order != byID.order {
		place = append(place, column(p.order.field))
	}
	rpc, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	docs, err := p.startAfter(p.build(recipes), after).Select(place...).Limit(limit).Documents(rpc).GetAll()
	if err != nil || len(docs) == 0 {
		return nil, false, failure(ctx, err)
	}
	if err := b.deleteAll(ctx, docs, unchanged); err != nil {
		return nil, false, err
	}
	d, err := read(docs[len(docs)-1])
	if err != nil {
		return nil, false, err
	}
	last := d.position(p.order)
	return &last, len(docs) == limit, nil
}

// deleteAll deletes docs. With unchanged, it leaves those that were written meanwhile.
func (b *firestoreBackend) deleteAll(ctx context.Context, docs []*firestore.DocumentSnapshot, unchanged bool) error {
	rpc, cancel := context.WithTimeout(ctx, 4*b.timeout) // for 25 requests, most at once
	defer cancel()
	w := b.client.BulkWriter(rpc)
	jobs := make([]*firestore.BulkWriterJob, 0, len(docs))
	for _, d := range docs {
		var when []firestore.Precondition
		if unchanged {
			when = append(when, firestore.LastUpdateTime(d.UpdateTime))
		}
		job, err := w.Delete(d.Ref, when...)
		if err != nil {
			w.End()
			return failure(ctx, err)
		}
		jobs = append(jobs, job)
	}
	w.End()
	for _, job := range jobs {
		if _, err := job.Results(); err != nil && !(unchanged && errors.Is(writeFailure(ctx, err), errConflict)) {
			return failure(ctx, err)
		}
	}
	return nil
}
