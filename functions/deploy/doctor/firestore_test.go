package doctor_test

import (
	"encoding/json"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pantry.example/shared/emulator"
)

// fakeFirestore answers every query with nothing, or with an error.
type fakeFirestore struct {
	pb.UnimplementedFirestoreServer
	refuse func(*pb.StructuredQuery) error

	mu   sync.Mutex
	seen map[string]bool // index that a query needs
}

func (f *fakeFirestore) look(q *pb.StructuredQuery) error {
	f.mu.Lock()
	f.seen[needs(q)] = true
	f.mu.Unlock()
	if f.refuse != nil {
		return f.refuse(q)
	}
	return nil
}

func (f *fakeFirestore) RunQuery(r *pb.RunQueryRequest, _ pb.Firestore_RunQueryServer) error {
	return f.look(r.GetStructuredQuery())
}

func (f *fakeFirestore) RunAggregationQuery(r *pb.RunAggregationQueryRequest, s pb.Firestore_RunAggregationQueryServer) error {
	if err := f.look(r.GetStructuredAggregationQuery().GetStructuredQuery()); err != nil {
		return err
	}
	return s.Send(&pb.RunAggregationQueryResponse{Result: &pb.AggregationResult{
		AggregateFields: map[string]*pb.Value{"n": {ValueType: &pb.Value_IntegerValue{}}},
	}})
}

// needs names the index of a query: "" for none, else "field direction".
func needs(q *pb.StructuredQuery) string {
	if q.GetWhere() == nil {
		return ""
	}
	o := q.GetOrderBy()[0]
	return o.GetField().GetFieldPath() + " " + o.GetDirection().String()
}

// firestore starts a fake and returns an environment that leads to it.
func firestore(t *testing.T, refuse func(*pb.StructuredQuery) error) (*fakeFirestore, map[string]string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeFirestore{refuse: refuse, seen: map[string]bool{}}
	srv := grpc.NewServer()
	pb.RegisterFirestoreServer(srv, f)
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(srv.Stop)
	return f, atFirestore(t, l.Addr().String())
}

// atFirestore returns an environment with a Firestore emulator. Google's library reads
// the variable from the process.
func atFirestore(t *testing.T, addr string) map[string]string {
	t.Helper()
	t.Setenv("FIRESTORE_EMULATOR_HOST", addr)
	return map[string]string{"FIRESTORE_EMULATOR_HOST": addr}
}

// declared are the composite indexes of firestore.indexes.json, as needs names them.
func declared(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("../../../shared/recipe/store/firestore.indexes.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Indexes []struct {
			Fields []struct{ FieldPath, Order string }
		}
	}
	if err := json.Unmarshal(b, &file); err != nil || len(file.Indexes) == 0 {
		t.Fatalf("%d indexes: %v", len(file.Indexes), err)
	}
	var all []string
	for _, index := range file.Indexes {
		last := index.Fields[len(index.Fields)-1]
		all = append(all, last.FieldPath+" "+last.Order)
	}
	return all
}

// TestEachMissingIndex takes each declared index away: the doctor must miss it.
func TestEachMissingIndex(t *testing.T) {
	const link = "https://console.firebase.google.com/v1/r/project/demo-pantry/firestore/indexes?create_composite=Ck"
	for _, missing := range declared(t) {
		t.Run(missing, func(t *testing.T) {
			_, env := firestore(t, func(q *pb.StructuredQuery) error {
				if needs(q) == missing {
					return status.Error(codes.FailedPrecondition, "The query requires an index. You can create it here: "+link)
				}
				return nil
			})
			d := examine(t, env)
			d.want("firestore-access", "pass")
			field := strings.Replace(strings.Fields(missing)[0], "titleKey", "title", 1)
			d.want("firestore-indexes", "fail", "terms, "+field, "go run ./functions/deploy setup -project demo-pantry -only indexes", "open: "+link)
		})
	}
}

func TestIndexesPresent(t *testing.T) {
	f, env := firestore(t, nil)
	d := examine(t, env)
	d.want("firestore-indexes", "pass", "9 queries")
	for _, index := range declared(t) {
		if !f.seen[index] {
			t.Errorf("no query needed the index %s; seen: %v", index, f.seen)
		}
	}
}

func TestIndexesBeingBuilt(t *testing.T) {
	_, env := firestore(t, func(q *pb.StructuredQuery) error {
		if needs(q) == "rating ASCENDING" {
			return status.Error(codes.FailedPrecondition, "The query requires an index. That index is currently building and cannot be used yet.")
		}
		return nil
	})
	d := examine(t, env)
	d.want("firestore-indexes", "warn", "being built", "Wait")
	if d.code != 0 {
		t.Error("an index that is being built is no failure")
	}
}

func TestFirestoreFailures(t *testing.T) {
	for name, row := range map[string]struct {
		err   error
		words []string
	}{
		"no database":   {status.Error(codes.NotFound, "The database (default) does not exist for project"), []string{"no Firestore database", "databases create"}},
		"no permission": {status.Error(codes.PermissionDenied, "Missing or insufficient permissions. "+password), []string{"PermissionDenied", "roles/datastore.user"}},
		"no API":        {status.Error(codes.PermissionDenied, "Cloud Firestore API has not been used in project 1 before or it is disabled."), []string{"not enabled", "gcloud services enable"}},
		"datastore":     {status.Error(codes.FailedPrecondition, "The Cloud Firestore API is not available for Firestore in Datastore Mode"), []string{"Datastore mode"}},
		"credentials":   {status.Error(codes.Unauthenticated, password), []string{"credentials were refused"}},
		"quota":         {status.Error(codes.ResourceExhausted, "Quota exceeded."), []string{"quota", "used up"}},
		"internal":      {status.Error(codes.Internal, password), []string{"no answer", "FIRESTORE_EMULATOR_HOST"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, env := firestore(t, func(*pb.StructuredQuery) error { return row.err })
			d := examine(t, env, "-timeout", "1s")
			d.want("firestore-access", "fail", row.words...)
			d.want("firestore-indexes", "skip")
		})
	}
}

func TestFirestoreGone(t *testing.T) {
	d := examine(t, atFirestore(t, "127.0.0.1:1"), "-timeout", "1s")
	d.want("firestore-access", "fail", "no answer", "FIRESTORE_EMULATOR_HOST")
}

func TestFirestoreEmulator(t *testing.T) {
	d := examine(t, atFirestore(t, emulator.Firestore(t)))
	d.want("firestore-access", "pass", "emulator")
	d.want("firestore-indexes", "pass", "asks for no indexes")
	d.want("firestore-ttl", "skip")
}
