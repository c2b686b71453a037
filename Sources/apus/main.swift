import ApusCLI

ApusMain.run()
