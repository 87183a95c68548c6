import type { BinnedColumn } from '../boosting/bins.ts';

/** By how many bits a division lessens what is left to be said of the labels, over the weight of its rows. */
export function entropyGain(_column: BinnedColumn, g: number, h: number, otherG: number, otherH: number): number {
  return bits(g + otherG, h + otherH) - bits(g, h) - bits(otherG, otherH);
}

/** Entropy times weight; `-gradient` is the weight of label 1. */
function bits(gradient: number, weight: number): number {
  const late = Math.min(1, Math.max(0, -gradient / weight));
  return -weight * (term(late) + term(1 - late));
}

function term(share: number): number {
  return share === 0 ? 0 : share * Math.log2(share);
}
