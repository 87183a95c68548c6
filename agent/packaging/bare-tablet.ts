import * as ort from 'onnxruntime-web/wasm';

/* The other side of `npm run bench -- tablet`: a page with the runtime and the model of the app, and none of its work. */

ort.env.wasm.numThreads = 1;
const model = await (await fetch('/model.onnx')).arrayBuffer();
const session = await ort.InferenceSession.create(new Uint8Array(model), { executionProviders: ['wasm'] });
await session.run({ numbers: new ort.Tensor('float32', Float32Array.of(4, 3, 2), [1, 3]) });
const answered = document.createElement('p');
answered.className = 'what-if';
document.body.append(answered);
