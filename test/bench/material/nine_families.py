"""Answers fits on standard input, one JSON line each: {"algorithm": "...", "fold": n}.

Argument: a folder with table.json {"rows", "numbers", "categories"}, numbers.f32 and codes.i32 (column-major; NaN and
-1 for missing), labels.u8, and for each fold train-N.i32 and valid-N.i32 (row numbers). Each answer is {"seconds": s};
the scores of the fold's valid rows are in scores.f64 by then. The time is from raw rows to a fitted model and its
answers for the valid rows. Pre-processing learns from the train rows alone: medians, means, deviations, and the levels
of a category that ten rows have, the 64 most frequent at most. Only histogram boosting is given missing values as such.
"""

import json
import sys
import time

import numpy as np
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import AdaBoostClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

MIN_LEVEL_ROWS, MAX_LEVELS = 10, 64

folder = sys.argv[1]
with open(f"{folder}/table.json") as file:
    table = json.load(file)
rows = table["rows"]
numbers = np.ascontiguousarray(np.fromfile(f"{folder}/numbers.f32", np.float32).reshape(table["numbers"], rows).T)
codes = np.fromfile(f"{folder}/codes.i32", np.int32).reshape(table["categories"], rows)
labels = np.fromfile(f"{folder}/labels.u8", np.uint8)


def calibrated(machine):
    return CalibratedClassifierCV(machine, method="sigmoid", cv=3, ensemble=False)


MODELS = {
    "logistic": lambda p: LogisticRegression(C=p["c"], max_iter=1000),
    "linear-svm": lambda p: calibrated(LinearSVC(C=p["c"], dual=False, max_iter=5000)),
    "decision-tree": lambda p: DecisionTreeClassifier(
        max_depth=p["depth"], min_samples_leaf=p["minRows"], ccp_alpha=p["alpha"], random_state=0
    ),
    "knn": lambda p: KNeighborsClassifier(p["k"]),
    "kernel-svm": lambda p: calibrated(SVC(C=p["c"], gamma="scale")),
    "mlp": lambda p: MLPClassifier(
        tuple(p["hidden"]), alpha=p["l2"], batch_size=64, learning_rate_init=0.005, max_iter=100,
        early_stopping=True, validation_fraction=0.15, n_iter_no_change=10, random_state=0,
    ),
    "adaboost": lambda p: AdaBoostClassifier(
        DecisionTreeClassifier(max_depth=1, min_samples_leaf=p["minRows"]),
        n_estimators=p["trees"], algorithm="SAMME", random_state=0,
    ),
    "boosting": lambda p: HistGradientBoostingClassifier(
        max_iter=p["trees"], learning_rate=p["rate"], max_leaf_nodes=p["leaves"], min_samples_leaf=p["minRows"],
        early_stopping=False, random_state=0,
    ),
    "forest": lambda p: RandomForestClassifier(
        p["trees"], max_depth=p["depth"], min_samples_leaf=p["minRows"], n_jobs=1, random_state=0
    ),
}


def design(train, valid, algorithm):
    """Numbers, then an indicator of each kept level."""
    parts = [(numbers[train], numbers[valid])]
    if algorithm != "boosting":
        prepare = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
        parts = [(prepare.fit_transform(numbers[train]), prepare.transform(numbers[valid]))]
    for column in codes:
        known = column[train]
        levels, counts = np.unique(known[known >= 0], return_counts=True)
        enough = np.flatnonzero(counts >= MIN_LEVEL_ROWS)
        kept = np.sort(levels[enough[np.argsort(-counts[enough], kind="stable")][:MAX_LEVELS]])
        parts.append(tuple((column[side][:, None] == kept[None, :]).astype(np.float32) for side in (train, valid)))
    return (np.hstack([part[side] for part in parts]) for side in (0, 1))


print(json.dumps({"version": sklearn.__version__}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    train, valid = (np.fromfile(f"{folder}/{side}-{asked['fold']}.i32", np.int32) for side in ("train", "valid"))
    model = MODELS[asked["algorithm"]](asked["parameters"])
    start = time.perf_counter()
    x, unseen = design(train, valid, asked["algorithm"])
    model.fit(x, labels[train])
    scores = model.predict_proba(unseen)[:, 1]
    seconds = time.perf_counter() - start
    scores.astype(np.float64).tofile(f"{folder}/scores.f64")
    print(json.dumps({"seconds": seconds}), flush=True)
