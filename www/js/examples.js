/**
 * An example text, written for this page: no real paper, person or place is described.
 * @typedef {{title: string, text: string}} Example
 */

/** Examples by the name of the model's folder. @type {Record<string, Example[]>} */
const BY_MODEL = {
  science: [
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
  ],
  general: [
    {
      title: "A life",
      text: `Elena Marchetti was born in Turin on 4 March 1931 and was educated at the University of Bologna. In 1958 she married the architect Paolo Ferri; their daughter, Chiara Ferri, is a composer. Marchetti worked for Olivetti until 1964, when she founded Lumina Strumenti, a maker of measuring instruments with its headquarters in Ivrea, Italy. She was a member of the Italian Physical Society and published her memoirs, The Quiet Needle, in 1989. She died in Milan on 12 June 2003.`,
    },
    {
      title: "A company",
      text: `Northvik Rail is a Norwegian railway company based in Bergen. It was founded in 1987 by Ingrid Solberg and her brother Lars Solberg, and it has been owned by the Hallvard Group since 2009. Its subsidiary Fjordspor Freight, which has its headquarters in Trondheim, Norway, carries timber to Sweden. Marit Dahl, an engineer from Stavanger, became its chief executive in March 2016.`,
    },
    {
      title: "A film",
      text: `The Salt Road is a 1974 Canadian drama film directed by Marc Tremblay and produced by Anne Lavoie for Aurore Films. It is based on the novel of the same name by Joseph Caron, which was published in Montreal in 1969. The music was composed by Claire Dubois, and the singer Helen Marsh performed the song Winter Harbour. Tremblay also directed The Ferryman, a sequel of 1979.`,
    },
    {
      title: "A place",
      text: `Kestrel Bay is a town in Marlow County on the coast of Oregon, United States. It lies on the Alder River, west of Mount Corbin, which is part of the Cascade Range. In 1862 the town was the site of the Battle of Corbin Creek, in which Colonel James Whitlock of the Union Army took part. The Kestrel Bay Museum, founded in 1911, belongs to the University of Oregon.`,
    },
  ],
};

export const EXAMPLES = Object.values(BY_MODEL).flat();

/**
 * The examples for a model; if it has none, one example of each group.
 * @param {string} [name]
 */
export const examplesFor = (name) =>
  Object.hasOwn(BY_MODEL, name ?? "") ? BY_MODEL[name] : Object.values(BY_MODEL).map(([first]) => first);
