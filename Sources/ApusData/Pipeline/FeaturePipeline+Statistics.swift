public import ApusJSON

extension FeaturePipeline {
    /// The turning points as `[{"index", "type", "price"}]`.
    public var pointsJSON: JSON {
        .array(points.map { ["index": .int($0.index), "type": .string($0.type.abbreviation), "price": .double($0.price)] })
    }

    /// The statistics file with the keys of the published data; `scaler` and `candle_findings` are additions.
    ///
    /// Of paths only the file's name is kept: the rest would tell readers of a public file about this machine, and
    /// the same candles would give other bytes elsewhere. `output_dir` is therefore always `.`.
    ///
    /// - Parameter inputFile: the candle file, for the reader.
    public func statisticsJSON(inputFile: String) -> JSON {
        let inputName = inputFile.split(separator: "/").last.map(String.init) ?? inputFile
        return [
            "metadata": [
                "timeframe": .string(timeframe.description), "input_file": .string(inputName), "output_dir": ".",
                "timestamp": .string(options.timestamp ?? CalendarTime.now.isoText), "total_raw_samples": .int(candleCount),
                "total_sequences": .int(sequenceCount),
            ],
            "sequence_config": [
                "sequence_length": .int(options.sequenceLength), "n_features": .int(featureCount),
                "feature_names": .array(TechnicalFeatures.names.map { .string($0) }),
            ],
            "data_shapes": [
                "X_class": .array([.int(sequenceCount), .int(options.sequenceLength), .int(featureCount)]), "y_class": [.int(sequenceCount)],
                "X_reg": .array([.int(sequenceCount), .int(options.sequenceLength), .int(featureCount)]), "y_reg": [.int(sequenceCount)],
            ],
            "zigzag_analysis": zigZagJSON,
            "classification_labels": classJSON,
            "regression_labels": barsJSON,
            "feature_statistics": .object(JSONObject(featureStatistics.map { ($0.name, $0.statistics.json) })),
            "output_files": .array(FeatureFiles.names(timeframe: timeframe.description).map { .string($0) }),
            "scaler": [
                "fitted_on": options.scalerRows == .all ? "all rows" : "training rows", "samples": sampleCountJSON,
            ],
            "candle_findings": .array(findings.map { .string($0.description) }),
        ]
    }

    private var sampleCountJSON: JSON {
        switch scaler.sampleCount {
        case .all(let count): .int(count)
        case .perFeature(let counts): .array(counts.map { .int($0) })
        }
    }

    private var zigZagJSON: JSON {
        let counts = SwingType.allCases.map { type in points.count { $0.type == type } }
        func percent(_ count: Int) -> JSON { .double(points.isEmpty ? 0 : rounded(Double(count) / Double(points.count) * 100)) }
        var object: JSONObject = ["total_turning_points": .int(points.count)]
        for type in SwingType.allCases {
            let key = type.abbreviation.lowercased()
            object["\(key)_count"] = .int(counts[type.rawValue])
            object["\(key)_percent"] = percent(counts[type.rawValue])
        }
        object["continuation_ratio_percent"] = percent(counts[0] + counts[1])
        object["reversal_ratio_percent"] = percent(counts[2] + counts[3])
        object["threshold_percent"] = .double(options.threshold)
        return .object(object)
    }

    private var classJSON: JSON {
        let distribution = ClassDistribution(sequenceClasses)
        var object = labelCounts(valid: distribution.total)
        guard distribution.total > 0 else { return .object(object) }
        let present = distribution.counts.enumerated().filter { $0.element > 0 }
        object["distribution"] = .object(JSONObject(present.map { ("\($0.offset)", .int($0.element)) }))
        object["class_details"] = .object(
            JSONObject(
                distribution.counts.enumerated().map { index, count in
                    ("class_\(index)", ["count": .int(count), "percentage": .double(rounded(distribution.shares[index] * 100))])
                }))
        object["balance_ratio"] = .double(rounded(Double(present.map(\.element).max()!) / Double(present.map(\.element).min()!)))
        return .object(object)
    }

    private var barsJSON: JSON {
        let labelled = sequenceBars.lazy.filter { $0 >= 0 }.map { Double($0) }
        var object = labelCounts(valid: labelled.count)
        guard let statistics = TargetStatistics(Array(labelled)) else { return .object(object) }
        object["mean_distance"] = .double(statistics.mean)
        object["std_distance"] = .double(statistics.deviation)
        object["min_distance"] = .int(Int(statistics.minimum))
        object["max_distance"] = .int(Int(statistics.maximum))
        object["median_distance"] = .int(Int(statistics.median))
        return .object(object)
    }

    private func labelCounts(valid: Int) -> JSONObject {
        [
            "total": .int(sequenceCount), "valid": .int(valid), "invalid": .int(sequenceCount - valid),
            "valid_percent": .double(rounded(Double(valid) / Double(sequenceCount) * 100)),
        ]
    }

    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}

extension FeatureColumnStatistics {
    fileprivate var json: JSON {
        [
            "mean": .double(mean), "std": .double(deviation), "min": .double(minimum), "max": .double(maximum), "median": .double(median),
            "missing_count": .int(missingCount),
        ]
    }
}
