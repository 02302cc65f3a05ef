/** Alerts of pods belong together by the deployment that their names tell: `checkout-7d4b9c6f5-x2x8q` is one of `checkout`. */

import type { CorrelatorPlugin } from '../../rules/plugin.ts';

const POD = /^(.+)-[a-z0-9]{8,10}-[a-z0-9]{5}$/;

const plugin: CorrelatorPlugin = {
  herald: 1,
  kind: 'correlator',
  version: '1.0.0',
  key({ labels, namespace }) {
    const deployment = POD.exec(labels.pod ?? '')?.[1];
    return deployment === undefined ? null : `deployment ${namespace}/${deployment}`;
  },
};

export default plugin;
