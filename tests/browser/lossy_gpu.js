// Loaded before the package's worker: loses the GPU once the first sentences were delivered.
const { requestDevice } = GPUAdapter.prototype;
let device = null;
GPUAdapter.prototype.requestDevice = async function (...options) {
  return (device = await requestDevice.apply(this, options));
};

const { postMessage } = self;
self.postMessage = (message) => {
  postMessage.call(self, message);
  if (message.kind === "batch" && message.sentences.length > 0) device?.destroy();
};
