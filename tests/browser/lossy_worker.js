import "./lossy_gpu.js";
import "./original.js";
