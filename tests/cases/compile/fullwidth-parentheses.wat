（module）
