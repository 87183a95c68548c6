"""Answers fits on standard input, one JSON line each: {"fold": n, "algorithm": "boosting" | "forest" |
"logistic"}.

Arguments: folder with numbers.f32 (column-major) and labels.u8; rows, columns, folds. Row i is validated in fold
i % folds. Each answer is {"seconds": s}; the scores of the validation rows are in scores.f64 by then. The time is from
raw float32 rows to a fitted model, without reading the files.
"""

import json
import sys
import time

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

folder, rows, columns, folds = sys.argv[1], *map(int, sys.argv[2:5])
numbers = np.ascontiguousarray(np.fromfile(f"{folder}/numbers.f32", np.float32).reshape(columns, rows).T)
labels = np.fromfile(f"{folder}/labels.u8", np.uint8)
fold_of = np.arange(rows) % folds


def make(algorithm):
    if algorithm == "logistic":
        return make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
    if algorithm == "forest":
        return RandomForestClassifier(n_estimators=100, max_depth=12, min_samples_leaf=1, n_jobs=1, random_state=0)
    return HistGradientBoostingClassifier(
        max_iter=100, learning_rate=0.1, max_leaf_nodes=64, max_depth=6, min_samples_leaf=20, early_stopping=False
    )


print(json.dumps({"version": sklearn.__version__}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    train = fold_of != asked["fold"]
    x, y = numbers[train], labels[train]
    model = make(asked["algorithm"])
    start = time.perf_counter()
    model.fit(x, y)
    seconds = time.perf_counter() - start
    model.predict_proba(numbers[~train])[:, 1].astype(np.float64).tofile(f"{folder}/scores.f64")
    print(json.dumps({"seconds": seconds}), flush=True)
