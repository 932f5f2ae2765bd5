"""What people say and what rules and reports write instead, so that a question in plain words meets the text.

General language of discipline, labour, family, housing, traffic and crime; a school's own words belong into its
vocabularies and the office's list of synonyms. Used to rank questions, never as a promise that words match.
"""

from __future__ import annotations

from functools import lru_cache

_PAIRS = """
老公 丈夫 配偶 夫妻; 老婆 妻子 配偶 夫妻; 媳妇 妻子 配偶; 爱人 配偶; 对象 配偶; 两口子 夫妻;
小孩 子女 未成年人 儿童; 孩子 子女 未成年人; 娃 子女 未成年人; 儿子 子女; 女儿 子女;
私生子 非婚生子女; 养子 养子女; 后爸 继父母; 后妈 继父母; 爸爸 父母; 妈妈 父母; 爸妈 父母;
爷爷 祖父母; 奶奶 祖父母; 外公 外祖父母; 外婆 外祖父母; 老人 老年人 赡养; 养老 赡养 养老保险;
亲戚 近亲属 亲属; 家人 近亲属 家庭成员; 遗产 继承 遗嘱; 后事 丧葬; 彩礼 婚约 财物; 结婚 婚姻 登记;
离婚 婚姻 抚养; 出轨 忠实 过错; 家暴 家庭暴力; 抚养费 抚养; 老板 用人单位 雇主; 公司 用人单位 企业;
单位 用人单位; 员工 劳动者 职工; 打工 劳动者 劳动; 上班 工作 劳动; 加班 延长 工作时间 加班费;
工资 劳动报酬; 薪水 劳动报酬 工资; 欠薪 拖欠 劳动报酬; 辞退 解除 劳动合同; 开除 解除 劳动合同;
炒鱿鱼 解除 劳动合同; 裁员 解除 劳动合同 经济性裁员; 辞职 解除 劳动合同; 离职 解除 劳动合同;
试用期 录用; 工伤 工伤保险 工伤认定; 社保 社会保险; 五险 社会保险; 产假 生育 女职工; 怀孕 妊娠 孕期;
年假 年休假; 童工 未满十六周岁; 补偿 经济补偿; 赔钱 赔偿 损失; 赔偿金 赔偿; 借钱 借款;
欠钱 债务 借款; 还钱 偿还 清偿; 欠条 借款 债务; 借条 借款合同; 利息 利率 借款; 高利贷 利率 借款;
担保 保证 抵押; 定金 违约; 订金 预付款; 退货 退还 商品; 假货 假冒 伪劣; 商家 经营者;
卖家 出卖人 经营者; 买家 买受人 消费者; 顾客 消费者; 快递 运输 承运人; 房东 出租人; 租客 承租人;
租房 租赁; 房租 租金; 押金 保证金 租赁; 房子 房屋 不动产; 买房 房屋 买卖; 拆迁 征收 补偿;
物业 物业服务 业主; 邻居 相邻; 漏水 相邻 损害; 宅基地 农村集体; 土地 承包; 车祸 交通事故;
撞人 交通事故 损害; 肇事 交通肇事; 酒驾 饮酒 机动车; 醉驾 醉酒 机动车; 闯红灯 交通信号; 驾照 驾驶证;
驾驶证 机动车驾驶证; 超速 超过 时速; 停车 停放; 坐牢 有期徒刑; 判刑 有期徒刑 处罚; 判几年 有期徒刑;
枪毙 死刑; 罚钱 罚金 罚款; 抓 逮捕 拘留; 拘留 治安; 警察 公安机关 人民警察; 派出所 公安机关;
打官司 诉讼 起诉; 告 起诉 诉讼; 上诉 判决; 法官 审判人员; 证据 证明; 偷 盗窃; 偷东西 盗窃;
小偷 盗窃; 抢 抢劫 抢夺; 骗 诈骗 欺诈; 骗钱 诈骗; 打人 殴打 故意伤害; 打架 殴打 斗殴;
受伤 伤害 人身损害; 杀人 故意杀人; 贩毒 贩卖 毒品; 吸毒 毒品; 嫖娼 卖淫; 赌钱 赌博; 打麻将 赌博;
骂人 侮辱 诽谤; 造谣 诽谤 谣言 虚假信息; 偷拍 隐私; 泄露 隐私 个人信息; 坏人 犯罪嫌疑人;
小三 重婚 忠实; 红包 礼金 收受; 送礼 礼品 礼金 馈赠; 收礼 收受 礼品 礼金; 收钱 受贿 收受;
贿赂 受贿 行贿; 好处费 受贿 回扣; 回扣 受贿; 贪钱 贪污; 公款 公共财产; 公家 公共财产 国有;
挪用 挪用公款; 吃喝 宴请 公款; 请客 宴请; 吃饭 宴请; 公车 公务用车; 旅游 公款旅游;
办酒 婚丧喜庆 操办; 酒席 婚丧喜庆 宴请; 走后门 谋取 利益 特权; 关系户 任人唯亲;
当官 领导干部 国家工作人员; 官员 国家工作人员 公职人员; 领导 领导干部 负责人; 公务员 公职人员; 记过 处分;
开除党籍 开除 党籍; 举报 检举 控告; 投诉 控告; 上访 信访; 偷懒 不作为 失职; 不管 不作为 失职;
糊弄 形式主义 弄虚作假; 造假 弄虚作假; 吹牛 虚假; 违建 违法建设; 污染 环境污染; 看病 医疗;
医生 医务人员; 医院 医疗机构; 学校 教育机构; 老师 教师; 学生 未成年人; 上学 义务教育; 户口 户籍 登记;
身份证 居民身份证; 交税 纳税 税款; 偷税 逃税 纳税
"""


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    rows = (row.split() for row in _PAIRS.split(";"))
    return {said: tuple(written) for said, *written in rows}


def formal(words: list[str]) -> tuple[str, ...]:
    """Return what rules would write for these words of a question, without what the question says itself."""
    table = _table()
    found = dict.fromkeys(other for word in words for other in table.get(word, ()))
    return tuple(other for other in found if other not in words)
