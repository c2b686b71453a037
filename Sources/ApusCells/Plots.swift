public import ApusPlot
public import ApusSession
public import CellSupport

// Plots are shown as pictures, with their text twin for terminals and logs.

extension LinePlot: Displayable {
    public var mimeBundle: MIMEBundle { MIMEBundle(text: text, svg: svg()) }
}

extension BarPlot: Displayable {
    public var mimeBundle: MIMEBundle { MIMEBundle(text: text, svg: svg()) }
}

extension ScatterPlot: Displayable {
    public var mimeBundle: MIMEBundle { MIMEBundle(text: text, svg: svg()) }
}

extension HeatMap: Displayable {
    public var mimeBundle: MIMEBundle { MIMEBundle(text: text, svg: svg()) }
}

extension Figure: Displayable {
    public var mimeBundle: MIMEBundle { MIMEBundle(text: text(), svg: svg()) }
}
