// In front of the package's worker: a GPU that is lost once the first sentences were handed over.
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
