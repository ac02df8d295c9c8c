// The variables that a reader chooses: servers, and values of labels.
local targets = import 'targets.libsonnet';

{
  datasource(variable): {
    current: { selected: false, text: variable.text, value: variable.value },
    hide: 2,  // each is one server; two pickers that list both would only be swapped
    includeAll: false,
    label: variable.label,
    multi: false,
    name: variable.name,
    options: [],
    query: 'prometheus',
    refresh: 1,
    regex: '',
    skipUrlSync: false,
    type: 'datasource',
  },

  query(variable): {
    allValue: '.+',
    current: { selected: true, text: ['All'], value: ['$__all'] },
    datasource: targets.datasource(variable.datasource),
    definition: variable.query,
    hide: 0,
    includeAll: true,
    label: variable.label,
    multi: true,
    name: variable.name,
    options: [],
    query: { query: variable.query, refId: 'StandardVariableQuery' },
    refresh: 2,
    regex: '',
    skipUrlSync: false,
    sort: 1,
    type: 'query',
  },
}
