package setup

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// indexes returns the commands for firestore.indexes.json, which has the form of Firebase's
// tools. The tests of the store compare that file with the queries.
func (p plan) indexes() ([]command, error) {
	content, err := os.ReadFile(filepath.Join(p.root, "shared/recipe/store/firestore.indexes.json"))
	if err != nil {
		return nil, fmt.Errorf("read the indexes: %w", err)
	}
	var file struct {
		Indexes []struct {
			CollectionGroup string
			Fields          []indexField
		}
		FieldOverrides []struct {
			CollectionGroup, FieldPath string
			TTL                        bool
		}
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("read the indexes: %w", err)
	}
	var all []command
	for _, index := range file.Indexes {
		all = append(all, p.composite(index.CollectionGroup, index.Fields))
	}
	for _, f := range file.FieldOverrides {
		group := "--collection-group=" + f.CollectionGroup
		all = append(all, command{
			argv: p.gcloud("firestore indexes fields update --disable-indexes --async", f.FieldPath, group),
			look: p.gcloud("firestore indexes fields list --format=value(name.basename())", group), want: []string{f.FieldPath},
		})
		if f.TTL {
			all = append(all, command{
				argv: p.gcloud("firestore fields ttls update --enable-ttl --async", f.FieldPath, group),
				look: p.gcloud("firestore fields ttls list --format=value(name.basename())", group), want: []string{f.FieldPath},
			})
		}
	}
	return all, nil
}

type indexField struct{ FieldPath, Order, ArrayConfig string }

func (p plan) composite(group string, fields []indexField) command {
	argv := p.gcloud("firestore indexes composite create --async --query-scope=collection", "--collection-group="+group)
	// Firestore adds the document's name to each index, in the order of the last field.
	listed := append(fields[:len(fields):len(fields)], indexField{FieldPath: "__name__", Order: fields[len(fields)-1].Order})
	var paths, orders, arrays []string
	for i, f := range listed {
		paths, orders, arrays = append(paths, f.FieldPath), append(orders, f.Order), append(arrays, f.ArrayConfig)
		switch {
		case i == len(fields):
		case f.ArrayConfig != "":
			argv = append(argv, "--field-config=field-path="+f.FieldPath+",array-config="+strings.ToLower(f.ArrayConfig))
		default:
			argv = append(argv, "--field-config=field-path="+f.FieldPath+",order="+strings.ToLower(f.Order))
		}
	}
	// name.segment(5) is the collection group.
	return command{
		argv: argv,
		look: p.gcloud("firestore indexes composite list --format=value(name.segment(5),fields[].fieldPath,fields[].order,fields[].arrayConfig)"),
		want: []string{group + "\t" + strings.Join(paths, ";") + "\t" + strings.Join(orders, ";") + "\t" + strings.Join(arrays, ";")},
	}
}
