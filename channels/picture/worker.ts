/** Runs in a thread of the pool: one picture from SVG to PNG. The only file that knows the canvas. */

import { createCanvas, loadImage } from '@napi-rs/canvas';

export interface DrawTask {
  readonly svg: string;
  /** In the units of the SVG. */
  readonly width: number;
  readonly height: number;
  /** Pixels per unit: 2 is sharp on the screens of phones. */
  readonly scale: number;
}

export default async function draw({ svg, width, height, scale }: DrawTask): Promise<Uint8Array> {
  const image = await loadImage(Buffer.from(svg));
  const canvas = createCanvas(width * scale, height * scale);
  canvas.getContext('2d').drawImage(image, 0, 0, width * scale, height * scale);
  return canvas.encode('png');
}
