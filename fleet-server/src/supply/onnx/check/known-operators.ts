import { DEFAULT_DOMAIN, ML_DOMAIN } from '@plumbline/shared/onnx';

/**
 * Operators by the operator set that brought them, as ONNX Runtime 1.30 has them registered (asked one by one, which is
 * why some, such as LayerNormalization, are older than in the standard).
 */
const SINCE: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  [DEFAULT_DOMAIN]: {
    1: `Abs Add Affine And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Clip Concat Constant Conv ConvTranspose
      Crop DepthToSpace Div Dropout DynamicSlice Elu Equal Exp Flatten Floor GRU GRUUnit Gather Gemm GivenTensorFill
      GlobalAveragePool GlobalLpPool GlobalMaxPool Greater HardSigmoid Hardmax Identity If ImageScaler
      InstanceNormalization LRN LSTM LayerNormalization LeakyRelu Less Log LogSoftmax Loop LpNormalization LpPool MatMul
      Max MaxPool MaxRoiPool Mean MeanVarianceNormalization Min Mul Neg Not Or PRelu Pad ParametricSoftplus Pow RNN
      RandomNormal RandomNormalLike RandomUniform RandomUniformLike Reciprocal ReduceL1 ReduceL2 ReduceLogSum
      ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Scale ScaledTanh
      Selu Shape Sigmoid SimplifiedLayerNormalization Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze
      Sub Sum Tanh ThresholdedRelu Tile TopK Transpose Unsqueeze Upsample Xor`,
    7: 'Acos Asin Atan Cos Multinomial Sin Tan',
    8: 'Expand Scan',
    9: `Acosh Asinh Atanh Compress ConstantOfShape Cosh Erf EyeLike IsNaN MaxUnpool NonZero OneHot Scatter Shrink Sign
      Sinh TfIdfVectorizer Where`,
    10: `ConvInteger DequantizeLinear IsInf MatMulInteger Mod NonMaxSuppression QLinearConv QLinearMatMul QuantizeLinear
      Resize ReverseSequence RoiAlign StringNormalizer`,
    11: `BitShift ConcatFromSequence CumSum Det DynamicQuantizeLinear GatherElements GatherND Range Round ScatterElements
      ScatterND SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SplitToSequence
      Unique`,
    12: 'Celu Einsum GreaterOrEqual LessOrEqual NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss',
    14: 'HardSwish Trilu',
    15: 'Bernoulli CastLike Optional OptionalGetElement OptionalHasElement',
    16: 'GridSample',
    17: 'BlackmanWindow DFT HammingWindow HannWindow MelWeightMatrix STFT SequenceMap',
    18: 'BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im GroupNormalization Mish',
    19: 'DeformConv',
    20: 'AffineGrid Gelu ImageDecoder RegexFullMatch StringConcat StringSplit',
    23: 'Attention RMSNormalization RotaryEmbedding',
    24: 'Swish TensorScatter',
    26: 'BitCast CumProd',
  },
  [ML_DOMAIN]: {
    1: `ArrayFeatureExtractor Binarizer CastMap CategoryMapper Constant DictVectorizer FeatureVectorizer Imputer
      LabelEncoder LinearClassifier LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler
      TreeEnsembleClassifier TreeEnsembleRegressor ZipMap`,
    5: 'TreeEnsemble',
  },
};

/** The first operator set that no longer has it. */
const REMOVED: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  [DEFAULT_DOMAIN]: {
    10: 'Affine Crop DynamicSlice GRUUnit GivenTensorFill ImageScaler ParametricSoftplus Scale ScaledTanh Upsample',
    11: 'Scatter',
  },
  [ML_DOMAIN]: { 5: 'TreeEnsembleClassifier TreeEnsembleRegressor' },
};

const NEWEST: Readonly<Record<string, number>> = { [DEFAULT_DOMAIN]: 26, [ML_DOMAIN]: 5 };

/** First operator set by `domain::op`. */
export const SINCE_BY_NAME = byName(SINCE);
const REMOVED_BY_NAME = byName(REMOVED);

export function isKnownDomain(domain: string): boolean {
  return Object.hasOwn(NEWEST, domain);
}

/**
 * Why a runtime has no such operator, as the end of a sentence; undefined when it has one, or when the operator set is
 * newer than this list.
 */
export function whyUnknown(domain: string, opType: string, version: number): string | undefined {
  if (version > (NEWEST[domain] ?? 0)) return undefined;
  const since = SINCE_BY_NAME.get(`${domain}::${opType}`);
  if (since === undefined) return 'which no operator set has';
  if (version < since) return `which operator set ${version} does not have yet`;
  const removed = REMOVED_BY_NAME.get(`${domain}::${opType}`) ?? Infinity;
  return version < removed ? undefined : `which operator set ${version} no longer has`;
}

function byName(table: Readonly<Record<string, Readonly<Record<number, string>>>>): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(table).flatMap(([domain, byVersion]) =>
      Object.entries(byVersion).flatMap(([version, names]) =>
        names.split(/\s+/).map((name) => [`${domain}::${name}`, Number(version)] as const),
      ),
    ),
  );
}
