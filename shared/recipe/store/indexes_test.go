package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"pantry.example/shared/recipe/store"
)

// indexFile is firestore.indexes.json, in the format of the Firebase CLI.
type indexFile struct {
	Indexes []struct {
		CollectionGroup string       `json:"collectionGroup"`
		QueryScope      string       `json:"queryScope"`
		Fields          []indexField `json:"fields"`
	} `json:"indexes"`
	FieldOverrides []struct {
		CollectionGroup string       `json:"collectionGroup"`
		FieldPath       string       `json:"fieldPath"`
		TTL             bool         `json:"ttl"`
		Indexes         []indexField `json:"indexes"`
	} `json:"fieldOverrides"`
}

type indexField struct {
	FieldPath   string `json:"fieldPath,omitempty"`
	Order       string `json:"order,omitempty"`
	ArrayConfig string `json:"arrayConfig,omitempty"`
	QueryScope  string `json:"queryScope,omitempty"`
}

func declaredIndexes(t testing.TB) indexFile {
	t.Helper()
	b, err := os.ReadFile("firestore.indexes.json")
	if err != nil {
		t.Fatal(err)
	}
	var f indexFile
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

// watch fails t for each query that no index serves.
func (f indexFile) watch(t testing.TB) grpc.StreamClientInterceptor {
	return func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
		s, err := streamer(ctx, desc, cc, method, opts...)
		return watched{s, func(m any) {
			if err := f.check(m); err != nil {
				t.Errorf("%s: %v", method, err)
			}
		}}, err
	}
}

type watched struct {
	grpc.ClientStream
	check func(any)
}

func (w watched) SendMsg(m any) error {
	w.check(m)
	return w.ClientStream.SendMsg(m)
}

func (f indexFile) check(m any) error {
	switch m := m.(type) {
	case *pb.BatchGetDocumentsRequest: // by name
		return nil
	case *pb.RunQueryRequest:
		return f.serves(m.GetStructuredQuery())
	case *pb.RunAggregationQueryRequest:
		return f.serves(m.GetStructuredAggregationQuery().GetStructuredQuery())
	}
	return fmt.Errorf("an unknown kind of query: %T", m)
}

// serves returns nil if an index serves q, by the rules of
// https://firebase.google.com/docs/firestore/query-data/index-overview: a query by
// the document's name alone needs none; any other needs one whose fields are those
// of the equality and array-contains filters, in any order, and then the fields of
// the order in theirs, with their directions; the field of a range comes first in
// the order. The name is the last field of each index, in the direction of the one
// before. A single field has its automatic indexes unless it is overridden.
func (f indexFile) serves(q *pb.StructuredQuery) error {
	if len(q.GetFrom()) != 1 || q.GetFrom()[0].GetCollectionId() != "recipes" || q.GetFrom()[0].GetAllDescendants() {
		return fmt.Errorf("not a query of one user's recipes: %v", q.GetFrom())
	}
	var exact, order []indexField
	ranged := ""
	for _, filter := range filters(q.GetWhere()) {
		field := filter.GetField().GetFieldPath()
		switch filter.GetOp() {
		case pb.StructuredQuery_FieldFilter_ARRAY_CONTAINS:
			exact = append(exact, indexField{FieldPath: field, ArrayConfig: "CONTAINS"})
		case pb.StructuredQuery_FieldFilter_EQUAL:
			exact = append(exact, indexField{FieldPath: field, Order: "ASCENDING"})
		default:
			if ranged != "" && ranged != field {
				return fmt.Errorf("ranges over two fields, %s and %s", ranged, field)
			}
			ranged = field
		}
	}
	for _, o := range q.GetOrderBy() {
		order = append(order, indexField{FieldPath: o.GetField().GetFieldPath(), Order: o.GetDirection().String()})
	}
	if ranged != "" && (len(order) == 0 || order[0].FieldPath != ranged) {
		return fmt.Errorf("range over %s, but the order does not begin with it: %v", ranged, order)
	}
	if n := len(order); n > 0 && order[n-1].FieldPath == "__name__" {
		if n > 1 && order[n-2].Order != order[n-1].Order {
			return fmt.Errorf("the name is ordered against the field before it: %v", order)
		}
		if n == 1 && order[0].Order != "ASCENDING" && len(exact) == 0 {
			return fmt.Errorf("descending names need an index of their own")
		}
		order = order[:n-1]
	}
	if len(exact)+len(order) == 0 {
		return nil
	}
	if len(exact)+len(order) == 1 {
		return f.single(append(exact, order...)[0])
	}
	for _, index := range f.Indexes {
		if index.CollectionGroup == "recipes" && index.QueryScope == "COLLECTION" && fits(index.Fields, exact, order) {
			return nil
		}
	}
	return fmt.Errorf("no index for %v ordered by %v", exact, order)
}

func filters(f *pb.StructuredQuery_Filter) []*pb.StructuredQuery_FieldFilter {
	if f == nil {
		return nil
	}
	if field := f.GetFieldFilter(); field != nil {
		return []*pb.StructuredQuery_FieldFilter{field}
	}
	var list []*pb.StructuredQuery_FieldFilter
	for _, sub := range f.GetCompositeFilter().GetFilters() {
		list = append(list, filters(sub)...)
	}
	return list
}

func fits(index, exact, order []indexField) bool {
	if len(index) != len(exact)+len(order) {
		return false
	}
	for _, field := range exact {
		if !slices.Contains(index[:len(exact)], field) {
			return false
		}
	}
	return slices.Equal(index[len(exact):], order)
}

func (f indexFile) single(field indexField) error {
	for _, o := range f.FieldOverrides {
		if o.CollectionGroup == "recipes" && o.FieldPath == field.FieldPath {
			field.FieldPath = ""
			for _, kept := range o.Indexes {
				if kept.Order == field.Order && kept.ArrayConfig == field.ArrayConfig {
					return nil
				}
			}
			return fmt.Errorf("the index of the single field %s is switched off", o.FieldPath)
		}
	}
	return nil
}

// TestIndexesServeEveryQuery builds every query that the Firestore store can send:
// each combination of filters, each order, each choice of the term to look up, and
// the counts. The suite over the emulator checks the same of what is really sent.
func TestIndexesServeEveryQuery(t *testing.T) {
	indexes := declaredIndexes(t)
	sent := 0
	used := make(map[string]bool)
	for _, b := range store.EveryQuery(t) {
		var q pb.RunQueryRequest
		if err := proto.Unmarshal(b, &q); err != nil {
			t.Fatal(err)
		}
		if err := indexes.check(&q); err != nil {
			t.Errorf("%v", err)
		}
		for i, index := range indexes.Indexes { // which of the declared ones are needed
			only := indexFile{Indexes: indexes.Indexes[i : i+1], FieldOverrides: indexes.FieldOverrides}
			if len(q.GetStructuredQuery().GetOrderBy()) > 1 && only.check(&q) == nil {
				used[fmt.Sprint(index)] = true
			}
		}
		sent++
	}
	if sent < 1000 {
		t.Errorf("only %d queries were built", sent)
	}
	for _, index := range indexes.Indexes {
		if !used[fmt.Sprint(index)] {
			t.Errorf("no query needs the index %v, and every write pays for it", index)
		}
	}
	if len(indexes.Indexes) > 9 {
		t.Errorf("%d composite indexes; the terms are there so that 9 are enough", len(indexes.Indexes))
	}
}

// TestIndexesWouldBeMissed shows that the check can fail: without an index, each
// kind of query is refused.
func TestIndexesWouldBeMissed(t *testing.T) {
	indexes := declaredIndexes(t)
	indexes.Indexes = nil
	refused := 0
	for _, b := range store.EveryQuery(t) {
		var q pb.RunQueryRequest
		if err := proto.Unmarshal(b, &q); err != nil {
			t.Fatal(err)
		}
		if err := indexes.check(&q); err != nil {
			refused++
		} else if q.GetStructuredQuery().GetWhere() != nil {
			t.Errorf("served without any index: %v", &q)
		}
	}
	if refused == 0 {
		t.Error("no query was refused")
	}
}

// TestOverrides: the time to live that empties the trash, and no single-field index
// on what is long or ordered by time.
func TestOverrides(t *testing.T) {
	ttl := []string{}
	off := make(map[string]bool)
	for _, o := range declaredIndexes(t).FieldOverrides {
		if o.TTL {
			ttl = append(ttl, o.CollectionGroup+"."+o.FieldPath)
		}
		off[o.FieldPath] = o.CollectionGroup == "recipes" && len(o.Indexes) == 0
	}
	equal(t, "fields with a time to live", ttl, []string{"recipes.purgeAt"})
	for _, field := range store.Columns {
		long := !slices.Contains([]string{"rating", "made", "favorite", "servings", "prepMinutes", "cookMinutes", "totalMinutes", "state", "lastMadeAt"}, field)
		if long && !off[field] {
			t.Errorf("%s has automatic indexes that no query uses", field)
		}
		delete(off, field)
	}
	for field := range off {
		t.Errorf("an override for %s, which no document has", field)
	}
}
