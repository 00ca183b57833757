// Adds to each operation's description the curl line that calls it.

/** Returns the document with a curl line in each description. */
export function addCurl(spec, origin) {
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (!operation.operationId) continue;
      operation.description += `\n\n\`\`\`sh\n${curl(spec, origin + path, method, operation)}\n\`\`\``;
    }
  }
  return spec;
}

function curl(spec, url, method, operation) {
  const parameters = (operation.parameters ?? []).map((p) => resolve(spec, p));
  const query = parameters.filter((p) => p.in === 'query' && p.required).map((p) => `${p.name}=${value(p)}`);
  const parts = [`curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}'${fill(url, parameters)}${query.length > 0 ? `?${query.join('&')}` : ''}'`];
  if ((operation.security ?? spec.security).every((one) => Object.keys(one).length > 0) && operation.security?.length !== 0) {
    parts.push('-H "Authorization: Bearer $SESSION"');
  }
  for (const p of parameters) if (p.in === 'header' && p.required) parts.push(`-H '${p.name}: ${value(p)}'`);
  const [[type, media] = []] = Object.entries(resolve(spec, operation.requestBody)?.content ?? {});
  if (type) parts.push(`-H 'Content-Type: ${type}'`, `-d '${body(spec, media)}'`);
  return parts.join(' \\\n  ');
}

const fill = (url, parameters) => url.replace(/\{(\w+)\}/g, (_, name) => value(parameters.find((p) => p.name === name) ?? { name }));

const value = (p) => String(p.example ?? p.schema?.example ?? p.schema?.examples?.[0] ?? p.schema?.const ?? p.schema?.enum?.[0] ?? `$${p.name.toUpperCase()}`);

function body(spec, media) {
  const example = media.example ?? Object.values(media.examples ?? {})[0]?.value ?? sample(spec, media.schema);
  return (typeof example === 'string' ? example : JSON.stringify(example)).replaceAll("'", "'\\''");
}

/** A small value of a schema: what an object needs, or the first field that has an example. */
function sample(spec, schema = {}) {
  const s = resolve(spec, schema);
  const example = s.example ?? s.examples?.[0] ?? s.const ?? s.enum?.[0];
  if (example !== undefined) return example;
  const type = [s.type].flat()[0];
  if (type === 'array') return [sample(spec, s.items)];
  if (type !== 'object') return { string: 'text', boolean: true, integer: 1, number: 1 }[type] ?? {};
  const fields = Object.entries(s.properties ?? {}).filter(([, field]) => !resolve(spec, field).readOnly);
  const needed = fields.filter(([name]) => s.required?.includes(name));
  const some = needed.length > 0 ? needed : fields.slice(0, 1);
  return Object.fromEntries(some.map(([name, field]) => [name, sample(spec, field)]));
}

function resolve(spec, part) {
  if (!part?.$ref) return part;
  return part.$ref.slice(2).split('/').reduce((at, name) => at[name], spec);
}
