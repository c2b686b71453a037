import ApusNN
import ApusPlot
import ApusSession
import ApusTraining

/// The plots of a run: per head its loss and, for classes, its accuracy, then the total loss; training and validation in each.
struct TrainingCurves {
    private let panels: [(title: String, name: String)]

    init(heads: [(name: String, loss: Loss)]) {
        var panels: [(String, String)] = []
        for (name, loss) in heads {
            let prefix = heads.count > 1 ? "\(name)_" : ""
            if heads.count > 1 { panels.append(("\(name): loss", "\(prefix)loss")) }
            switch loss {
            case .crossEntropy: panels.append(("\(name): accuracy", "\(prefix)accuracy"))
            case .binaryCrossEntropy:
                panels += [("\(name): accuracy", "\(prefix)accuracy"), ("\(name): F1", "\(prefix)f1"), ("\(name): AUC", "\(prefix)auc")]
            case .meanSquaredError: panels.append(("\(name): mean absolute error", "\(prefix)mae"))
            }
        }
        // Two heads fill a square of four with the total, as the notebook that this came from shows them.
        if heads.count == 2, let error = panels.firstIndex(where: { $0.1.hasSuffix("_mae") }) { panels.remove(at: error) }
        self.panels = panels + [("total loss", "loss")]
    }

    func bundle(_ history: History, bestEpoch: Int?) -> MIMEBundle {
        let figure = Figure(
            panels.map { plot($0.title, $0.name, history, bestEpoch) }, title: "Training", columns: 2, panelWidth: 340, panelHeight: 260)
        return MIMEBundle(text: figure.text(), svg: figure.svg())
    }

    private func plot(_ title: String, _ name: String, _ history: History, _ bestEpoch: Int?) -> LinePlot {
        let epochs = history.epochs.map { Double($0.epoch + 1) }
        func series(_ label: String, _ name: String) -> LinePlot.Series {
            LinePlot.Series(label, x: epochs, y: history[name].map { $0 ?? .nan })
        }
        let markers = bestEpoch.map { [LinePlot.Marker(x: Double($0 + 1), label: "best")] } ?? []
        return LinePlot(title, series: [series("training", name), series("validation", "val_\(name)")], markers: markers)
    }
}
