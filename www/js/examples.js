/** Abstracts written for this page: they describe no real paper. */
export const EXAMPLES = [
  {
    title: "Language",
    text: `We present a span-based model for joint entity and relation extraction from clinical trial reports. The model scores candidate spans with a bidirectional encoder and links them with a biaffine classifier. Unlike a pipeline of a conditional random field tagger and a support vector machine, it does not suffer from error propagation. On a corpus of annotated trial reports, joint training improves F1 on relation extraction, and precision and recall rise together. We also show that part-of-speech tagging as an auxiliary task helps with rare entity types.`,
  },
  {
    title: "Vision",
    text: `Estimating depth from a single underwater photograph is hard because water absorbs light unevenly. We propose a convolutional network with an attention module that separates scene radiance from backscatter before depth estimation. Self-supervised learning on stereo pairs removes the need for range sensors during training. The method is evaluated on coral reef surveys and on a synthetic dataset, where it lowers the root mean square error of monocular depth estimation. Compared with dark channel prior methods, our network also gives sharper object boundaries, which are useful for semantic segmentation.`,
  },
  {
    title: "Speech",
    text: `Speech recognition for tonal languages suffers when only a few hours of transcribed audio exist. This paper describes an acoustic model that predicts phonemes and tone contours jointly. Pitch features and filterbank features are combined by a gated recurrent network, and data augmentation with speed perturbation makes it robust to speaker variation. A language model trained on broadcast news is used for rescoring. Experiments on two low-resource corpora show a lower word error rate than a hidden Markov model baseline, and speaker adaptation reduces the character error rate further.`,
  },
  {
    title: "Learning",
    text: `Gaussian processes give calibrated uncertainty but scale poorly with the number of observations. We introduce a sparse approximation that chooses inducing points by a greedy determinantal criterion. The approximation is a part of a variational inference scheme and can be optimised with stochastic gradient descent. We compare it with random feature expansions and with deep ensembles on regression benchmarks and on a molecular property dataset. It matches the negative log-likelihood of the exact Gaussian process at a fraction of the cost, and its uncertainty estimates are useful for active learning.`,
  },
];
